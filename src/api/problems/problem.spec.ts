import { CadreError, ERROR_KINDS, type ErrorKind } from '../../common/index.js';
import { toHttpProblem, toInternalProblem, toProblem, writeProblem } from './problem.js';

const place = { path: '/api/v1/agents', requestId: 'request-1' };
const errorOf = (kind: ErrorKind, details?: Record<string, unknown>): CadreError =>
  new CadreError({ code: 'OVEN_COLD', kind, message: 'The oven is cold; light it.', details });

describe('toProblem', () => {
  it.each(Object.entries(ERROR_KINDS))('gives %s its status', (kind, { httpStatus, retryable }) => {
    expect(toProblem(errorOf(kind as ErrorKind), place)).toEqual({
      type: 'urn:cadre:error:OVEN_COLD',
      title: expect.stringMatching(/^[A-Z]/),
      status: httpStatus,
      detail: 'The oven is cold; light it.',
      instance: '/api/v1/agents',
      code: 'OVEN_COLD',
      kind,
      retryable,
      requestId: 'request-1',
    });
  });

  it('hands on the facts of the error', () => {
    expect(toProblem(errorOf('input', { degrees: 7 }), place).details).toEqual({ degrees: 7 });
  });
});

describe('toHttpProblem', () => {
  it.each([
    [400, 'REQUEST_MALFORMED', 'input', 'Bad Request'],
    [401, 'REQUEST_REFUSED', 'input', 'Unauthorized'],
    [404, 'ROUTE_UNKNOWN', 'not-found', 'Not Found'],
    [405, 'METHOD_NOT_ALLOWED', 'input', 'Method Not Allowed'],
    [499, 'REQUEST_REFUSED', 'input', 'The request is not valid'],
    [502, 'INTERNAL', 'internal', 'Bad Gateway'],
    [503, 'SERVICE_UNAVAILABLE', 'unavailable', 'Service Unavailable'],
  ])('gives %d the code %s', (...[status, code, kind, title]) => {
    expect(toHttpProblem(status, 'so', place)).toMatchObject({ status, code, kind, title, detail: 'so' });
  });
});

describe('toInternalProblem', () => {
  it('says nothing of what happened inside', () => {
    expect(toInternalProblem(place)).toMatchObject({ status: 500, code: 'INTERNAL', retryable: false });
  });
});

describe('writeProblem', () => {
  it('writes what JSON can carry', () => {
    const problem = toProblem(errorOf('input', { degrees: 7 }), place);
    expect(JSON.parse(writeProblem(problem))).toMatchObject({ code: 'OVEN_COLD', details: { degrees: 7 } });
  });

  it('leaves out details that JSON cannot carry', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    for (const details of [{ degrees: 7n }, loop]) {
      const written = JSON.parse(writeProblem(toProblem(errorOf('input', details), place))) as object;
      expect(written).toMatchObject({ code: 'OVEN_COLD', status: 400 });
      expect(written).not.toHaveProperty('details');
    }
  });
});
