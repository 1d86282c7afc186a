import { CadreError } from '../common/index.js';
import {
  AgentFailedError,
  NoAgentAvailableError,
  TaskCanceledError,
  TaskFailedError,
  toAgentError,
  UnsupportedCapabilityError,
} from './orchestration.errors.js';
import type { FailedTask } from './tasks/task.types.js';

const CHOICE = { strategy: 'first', reason: '', candidates: [], excluded: [] };
const nobody = new NoAgentAvailableError('echo', CHOICE);

describe('TaskFailedError', () => {
  it('is what its cause is, with the record of the task', () => {
    const result = { status: 'failed' } as FailedTask;
    const { code, kind, message, retryable, details } = nobody;
    expect(new TaskFailedError(nobody, result)).toMatchObject({
      name: 'TaskFailedError',
      code,
      kind,
      message,
      retryable,
      details,
      cause: nobody,
      result,
    });
  });
});

describe('NoAgentAvailableError', () => {
  it('lists each candidate and its reason', () => {
    const excluded = [{ agent: 'a', version: '1.0.0', code: 'status', reason: 'is failed' } as const];
    expect(new NoAgentAvailableError('echo', { ...CHOICE, excluded }).message).toBe(
      'No agent can serve "echo": a@1.0.0 is failed.',
    );
    expect(nobody.message).toBe('No agent can serve "echo": nobody provides it.');
  });
});

describe('UnsupportedCapabilityError', () => {
  it('says what the agent provides instead', () => {
    expect(new UnsupportedCapabilityError('a@1.0.0', 'echo', ['sing', 'dance'])).toMatchObject({
      message: expect.stringContaining('it provides sing, dance'),
      details: { agent: 'a@1.0.0', capability: 'echo', supported: ['sing', 'dance'] },
    });
    expect(new UnsupportedCapabilityError('a@1.0.0', 'echo', []).message).toContain('it provides nothing');
  });
});

describe('TaskCanceledError', () => {
  it.each([
    ['the user left', 'the user left'],
    [new Error('shut'), 'shut'],
    [undefined, 'no reason given'],
    [{ token: 'secret' }, 'no reason given'],
  ])('tells the reason %p', (reason, told) => {
    const error = new TaskCanceledError('echo', reason);
    expect(error.message).toBe(`The task for "echo" was canceled: ${told}.`);
    expect(error.cause).toBe(reason);
  });
});

describe('toAgentError', () => {
  const convert = (thrown: unknown) => toAgentError(thrown, 'a@1.0.0', 'echo');

  it("keeps an agent's own Cadre errors", () => {
    const own = new CadreError({ code: 'NO_QUOTA', kind: 'unavailable', message: 'Empty.' });
    expect(convert(own)).toBe(own);
  });

  it.each([
    [new Error('broken'), 'broken'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [{ status: 500 }, '{"status":500}'],
  ])('makes an AGENT_FAILED of %p', (thrown, told) => {
    expect(convert(thrown)).toMatchObject({
      code: 'AGENT_FAILED',
      kind: 'execution',
      retryable: true,
      message: `"a@1.0.0" failed at "echo": ${told}`,
    });
    expect(convert(thrown).cause).toBe(thrown);
  });

  it('makes an AGENT_FAILED of the failure of a task that the agent gave away', () => {
    const input = new CadreError({ code: 'BAD', kind: 'input', message: 'Bad.' });
    const nested = new TaskFailedError(input, {} as FailedTask);
    expect(convert(nested)).toBeInstanceOf(AgentFailedError);
    expect(convert(nested)).toMatchObject({ kind: 'execution', retryable: false, cause: nested });
  });
});
