import { z } from 'zod';
import { RequestValidation } from './request-validation.js';

const pipe = new RequestValidation();
const schema = z.strictObject({ name: z.string(), value: z.unknown() });

describe('RequestValidation', () => {
  it('gives what the schema makes of a value, at once', () => {
    const trimmed = z.strictObject({ name: z.string().trim() });
    expect(pipe.transform({ name: ' a ' }, { type: 'body', schema: trimmed })).toEqual({ name: 'a' });
  });

  it.each([
    ['body', 'body'],
    ['query', 'query'],
    ['param', 'path'],
  ])('names the part that a wrong %s is', (type, part) => {
    expect(() => pipe.transform({ name: 7, value: 1 }, { type, schema })).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: `The ${part} of the request is not valid: $.name: Invalid input: expected string, received number.`,
        details: { part, issues: [{ path: '$.name', message: expect.any(String) }] },
      }),
    );
  });

  it('names every issue, missing fields in plain words', () => {
    expect(() => pipe.transform({ nmae: 'a' }, { type: 'body', schema })).toThrow(
      /\$\.name: .*; \$\.value: is required; \$: Unrecognized key: "nmae"/,
    );
  });

  it.each([undefined, null])('takes a body that is %p as an empty one', (body) => {
    expect(() => pipe.transform(body, { type: 'body', schema })).toThrow(/\$\.name: /);
    expect(pipe.transform(body, { type: 'body', schema: z.strictObject({}) })).toEqual({});
  });

  it('waits for a schema that needs time', async () => {
    const slow = z.string().refine(async (text) => Promise.resolve(text === 'a'), 'is not a');
    await expect(pipe.transform('a', { type: 'body', schema: slow })).resolves.toBe('a');
    await expect(pipe.transform('b', { type: 'body', schema: slow })).rejects.toThrow('$: is not a');
  });

  it('lets pass what has no schema or is no part of a request', () => {
    const value = { any: 'thing' };
    expect(pipe.transform(value, { type: 'body' })).toBe(value);
    expect(pipe.transform(value, { type: 'custom', schema })).toBe(value);
  });
});
