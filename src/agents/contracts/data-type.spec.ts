import { z } from 'zod';
import { toJsonSchema, validate } from '../../common/index.js';
import { dataType, isDataType, isSchema, isTypedValue } from './data-type.js';

const Query = dataType('query', z.string().trim().min(1), { description: 'What to look for.' });

describe('dataType', () => {
  it('keeps name, schema and description, frozen', () => {
    expect(Query).toMatchObject({ name: 'query', description: 'What to look for.' });
    expect(Object.isFrozen(Query)).toBe(true);
  });

  it('validates by the schema behind it', () => {
    expect(validate(Query, ' AI ')).toEqual({ ok: true, value: 'AI' });
    expect(validate(Query, 3)).toMatchObject({ ok: false });
    expect(toJsonSchema(Query, 'input')).toMatchObject({ type: 'string' });
  });

  it('can back another data type', () => {
    expect(validate(dataType('question', Query), ' why ')).toEqual({ ok: true, value: 'why' });
  });

  it('marks values with its name', () => {
    const marked = Query.of('AI');
    expect(isTypedValue(marked)).toBe(true);
    expect([marked.type, marked.value]).toEqual(['query', 'AI']);
  });

  it.each(['', 'Query', 'search query', undefined, null, 3])('refuses the name %p', (name) => {
    expect(() => dataType(name as string, z.string())).toThrow(
      expect.objectContaining({ code: 'DEFINITION_INVALID', kind: 'definition' }),
    );
  });

  it.each([undefined, null, 'string', String, {}, { '~standard': null }, { '~standard': {} }])(
    'refuses the schema %p',
    (schema) => {
      expect(() => dataType('query', schema as never)).toThrow('its schema is no Standard Schema');
    },
  );
});

describe('isDataType, isTypedValue', () => {
  it.each([undefined, null, 'query', {}, z.string(), { name: 'query', type: 'query', value: 1 }])(
    'tell %p apart',
    (value) => {
      expect([isDataType(value), isTypedValue(value)]).toEqual([false, false]);
    },
  );

  it('tell a type from a value of it', () => {
    expect([isDataType(Query), isTypedValue(Query)]).toEqual([true, false]);
    expect([isDataType(Query.of('a')), isTypedValue(Query.of('a'))]).toEqual([false, true]);
  });
});

describe('isSchema', () => {
  it('takes schemas that are functions', () => {
    expect(isSchema(Object.assign(() => true, { '~standard': z.string()['~standard'] }))).toBe(true);
  });
});
