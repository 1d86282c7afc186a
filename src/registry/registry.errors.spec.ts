import {
  AgentInUseError,
  DrainTimeoutError,
  InvalidVersionRangeError,
  RegistrationError,
  UnknownAgentError,
  UnknownCapabilityError,
} from './registry.errors.js';

const violation = (agent: string) => ({ code: 'AGENT_DUPLICATE', agent, message: 'it is there already' });

describe('the errors of the registry', () => {
  it('list every violation, each on its line', () => {
    const violations = [violation('ada@1.0.0'), violation('bob@1.0.0')];
    const error = new RegistrationError(violations);
    expect(error.message.split('\n')).toEqual([
      '2 violations stop the registration:',
      '- ada@1.0.0: it is there already (AGENT_DUPLICATE)',
      '- bob@1.0.0: it is there already (AGENT_DUPLICATE)',
    ]);
    expect([error.violations, error.details]).toEqual([violations, { violations }]);
    expect(new RegistrationError([violation('ada@1.0.0')]).message).toMatch(/^One violation stops/);
  });

  it('keep what comes from outside short', () => {
    const long = 'x'.repeat(500);
    const errors = [
      new UnknownAgentError(long, []),
      new UnknownCapabilityError(long, []),
      new InvalidVersionRangeError(long),
    ];
    expect(errors.map(({ message }) => message.length > 250)).toEqual([false, false, false]);
    expect(errors.map(({ details }) => JSON.stringify(details).includes('x'.repeat(81)))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    [new UnknownAgentError('adda', ['ada']), 'No agent "adda" is registered. Did you mean "ada"?'],
    [
      new UnknownCapabilityError('wite', ['write']),
      'No registered agent provides the capability "wite". Did you mean "write"?',
    ],
    [
      new AgentInUseError('ada', ['bob@1.0.0', 'cyd@1.0.0']),
      '"ada" cannot be unregistered, because others depend on it: bob@1.0.0, cyd@1.0.0. Remove them first, or use force.',
    ],
    [
      new DrainTimeoutError('ada', 2, 500),
      '"ada" still works on 2 task(s) after 500 ms and stays registered. Wait longer, or use force.',
    ],
  ])('say what happened and what to do: %s', (error, message) => {
    expect(error.message).toBe(message);
  });
});
