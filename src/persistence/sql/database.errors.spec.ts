import { CadreError } from '../../common/index.js';
import { isConnectionLost, toDatabaseError } from './database.errors.js';

const withCode = (code: string, message = 'what the server says'): Error =>
  Object.assign(new Error(message), { code });

describe('toDatabaseError', () => {
  it.each([
    [withCode('57P01'), 'DATABASE_UNAVAILABLE', true],
    [withCode('57P03'), 'DATABASE_UNAVAILABLE', true],
    [withCode('08006'), 'DATABASE_UNAVAILABLE', true],
    [withCode('53300'), 'DATABASE_UNAVAILABLE', true],
    [withCode('ECONNREFUSED'), 'DATABASE_UNAVAILABLE', true],
    [new Error('Connection terminated unexpectedly'), 'DATABASE_UNAVAILABLE', true],
    [new Error('timeout exceeded when trying to connect'), 'DATABASE_UNAVAILABLE', true],
    [withCode('57014'), 'DATABASE_TIMEOUT', false],
    [new Error('Query read timeout'), 'DATABASE_TIMEOUT', true],
    [withCode('28P01'), 'DATABASE_ACCESS_REFUSED', false],
    [withCode('42501'), 'DATABASE_ACCESS_REFUSED', false],
    [withCode('3D000'), 'DATABASE_ACCESS_REFUSED', false],
    [withCode('42P01'), 'DATABASE_STATEMENT_FAILED', false],
    ['a thrown text', 'DATABASE_STATEMENT_FAILED', false],
    [null, 'DATABASE_STATEMENT_FAILED', false],
  ])('takes %s for %s', (error, code, isLost) => {
    expect(toDatabaseError(error)).toMatchObject({ code, cause: error });
    expect(isConnectionLost(error)).toBe(isLost);
  });

  it.each([
    ['40001', true],
    ['40P01', true],
    ['55P03', true],
    ['23505', false],
  ])('says of %s whether another try may help: %s', (state, retryable) => {
    expect(toDatabaseError(withCode(state))).toMatchObject({ retryable, details: { sqlState: state } });
  });

  it('leaves an error of Cadre as it is', () => {
    const error = new CadreError({ code: 'X', kind: 'internal', message: 'x' });
    expect(toDatabaseError(error)).toBe(error);
  });

  it('says what became of the addresses of a host that could not be reached', () => {
    const causes = [withCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:1'), withCode('ECONNREFUSED')];
    const error = Object.assign(new AggregateError(causes), { code: 'ECONNREFUSED' });
    expect(toDatabaseError(error).message).toContain('connect ECONNREFUSED ::1:1');
  });

  it('keeps data out of the message', () => {
    const error = withCode('22P02', 'invalid input syntax for type json: "hush"');
    expect(toDatabaseError(error).message).not.toContain('hush');
  });
});
