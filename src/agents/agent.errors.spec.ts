import {
  InvalidDefinitionError,
  InvalidInputError,
  InvalidOutputError,
  InvalidReportError,
} from './agent.errors.js';

const ISSUES = [
  { path: '$.a', message: 'is missing' },
  { path: '$.b', message: 'is too long' },
];

describe('the errors of agents', () => {
  it('name what is declared wrongly', () => {
    const error = new InvalidDefinitionError('tool', 'x'.repeat(200), 'it is too long');
    expect(error).toMatchObject({ code: 'DEFINITION_INVALID', kind: 'definition', retryable: false });
    expect(error.message).toBe(`The tool "${'x'.repeat(80)}" is not valid: it is too long.`);
    expect(error.details).toEqual({ what: 'tool', name: 'x'.repeat(80), problem: 'it is too long' });
  });

  it('name what has no name by its type', () => {
    const error = new InvalidDefinitionError('agent', undefined, 'it has no name');
    expect(error.message).toBe('The agent of type undefined is not valid: it has no name.');
    expect(error.details['name']).toBeUndefined();
  });

  it('list why an input does not fit, as the fault of the caller', () => {
    const error = new InvalidInputError('the capability "research"', ISSUES);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', kind: 'input', retryable: false });
    expect(error.message).toBe(
      'The input does not fit the capability "research": $.a: is missing; $.b: is too long.',
    );
    expect(error.details).toEqual({ subject: 'the capability "research"', issues: ISSUES });
  });

  it('list why an output does not fit, not to be tried again', () => {
    const error = new InvalidOutputError('The agent "pro"', ISSUES);
    expect(error).toMatchObject({ code: 'OUTPUT_INVALID', kind: 'execution', retryable: false });
    expect(error.message).toContain(
      'The agent "pro" returned an output that its contract does not allow: $.a',
    );
  });

  it.each([
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['0.5', 'a value of type string'],
    [Object.create(null), 'a value of type object'],
  ])('show a reported number as it is, and only the type of anything else: %p', (value, shown) => {
    const error = new InvalidReportError('costUsd', value, 'report a number of at least 0');
    expect(error.message).toBe(`The agent reported costUsd = ${shown}; report a number of at least 0.`);
    expect(error).toMatchObject({ code: 'REPORT_INVALID', kind: 'execution', details: { field: 'costUsd' } });
  });
});
