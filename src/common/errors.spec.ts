import { runInNewContext } from 'node:vm';
import { CadreError, ERROR_KINDS, isCadreError, messageOf, toFailure, type ErrorKind } from './errors.js';

class StoveError extends CadreError {
  constructor(init: { cause?: unknown; retryable?: boolean; kind?: ErrorKind } = {}) {
    super({ code: 'STOVE_COLD', kind: 'unavailable', message: 'The stove is cold.', ...init });
  }
}

describe('CadreError', () => {
  it('carries code, kind, message and the name of its class', () => {
    const error = new StoveError();
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.kind, error.message]).toEqual([
      'StoveError',
      'STOVE_COLD',
      'unavailable',
      'The stove is cold.',
    ]);
    expect(error.details).toEqual({});
    expect('cause' in error).toBe(false);
  });

  it('keeps its cause', () => {
    const cause = new RangeError('no wood');
    expect(new StoveError({ cause }).cause).toBe(cause);
  });

  it.each(Object.entries(ERROR_KINDS))('takes the default retry of %s from the table', (kind, row) => {
    expect(new StoveError({ kind: kind as ErrorKind }).retryable).toBe(row.retryable);
  });

  it('lets one error differ from its kind', () => {
    expect(new StoveError({ retryable: false }).retryable).toBe(false);
    expect(new StoveError({ kind: 'input', retryable: true }).retryable).toBe(true);
  });

  it('maps every kind to the status that DESIGN names', () => {
    const statuses = Object.entries(ERROR_KINDS).map(([kind, { httpStatus }]) => [kind, httpStatus]);
    expect(Object.fromEntries(statuses)).toEqual({
      definition: 400,
      input: 400,
      'not-found': 404,
      conflict: 409,
      unavailable: 503,
      timeout: 504,
      canceled: 499,
      execution: 502,
      internal: 500,
    });
  });
});

describe('isCadreError', () => {
  it('recognises its own errors and those of another copy of the package', () => {
    expect(isCadreError(new StoveError())).toBe(true);
    expect(isCadreError({ [Symbol.for('cadre.error')]: true })).toBe(true);
  });

  it.each([undefined, null, 'STOVE_COLD', 3, new RangeError('x'), { code: 'STOVE_COLD', kind: 'input' }])(
    'does not recognise %p',
    (value) => {
      expect(isCadreError(value)).toBe(false);
    },
  );
});

describe('toFailure', () => {
  it('records a Cadre error without its stack', () => {
    expect(toFailure(new StoveError())).toEqual({
      code: 'STOVE_COLD',
      kind: 'unavailable',
      message: 'The stove is cold.',
      retryable: true,
    });
  });

  it('records what is JSON of details, and as much of a message as anybody reads', () => {
    const details = { size: 10n, at: new Date(0), path: '$' };
    const failure = toFailure(
      new CadreError({ code: 'A', kind: 'input', message: 'b'.repeat(20_000), details }),
    );
    expect(failure.details).toEqual({ size: '10', at: '1970-01-01T00:00:00.000Z', path: '$' });
    expect(failure.message).toHaveLength(10_001);
  });

  it('records details where there are some', () => {
    const error = new CadreError({ code: 'A', kind: 'input', message: 'b', details: { path: '$' } });
    expect(toFailure(error).details).toEqual({ path: '$' });
  });

  it('records anything else as internal and not to be retried', () => {
    expect(toFailure(new TypeError('oops'))).toEqual({
      code: 'INTERNAL',
      kind: 'internal',
      message: 'oops',
      retryable: false,
    });
  });
});

describe('messageOf', () => {
  it.each([
    ['a text', 'a text'],
    [new RangeError('too far'), 'too far'],
    [new RangeError(), 'RangeError'],
    [Object.assign(new RangeError('x'), { message: 7 }), 'RangeError'],
    [{ message: 'like an error' }, 'like an error'],
    [{ code: 7 }, '{"code":7}'],
    [{ message: '' }, '{"message":""}'],
    [null, 'null'],
    [undefined, 'undefined'],
    [42, '42'],
    [Symbol('s'), 'Symbol(s)'],
    [10n, 'a thrown bigint that cannot be printed'],
  ])('reads %p', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });

  it('reads the errors of another realm', () => {
    expect(messageOf(runInNewContext('new RangeError("far away")'))).toBe('far away');
  });

  it('survives what cannot be read', () => {
    const hostile = {
      get message(): string {
        throw new RangeError('no');
      },
    };
    expect(messageOf(hostile)).toBe('a thrown object that cannot be printed');
  });

  it('shows the first thousand characters of a long message', () => {
    expect(messageOf('x'.repeat(5_000))).toBe(`${'x'.repeat(1_000)}…`);
    expect(messageOf('x'.repeat(1_000))).toHaveLength(1_000);
  });
});
