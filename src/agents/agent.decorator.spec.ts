import { z } from 'zod';
import { Agent } from './agent.decorator.js';
import { AGENT_METADATA, type AgentMetadata } from './agent.metadata.js';
import { capability } from './contracts/capability.js';

const Greet = capability({ name: 'greet', description: 'Greets.', input: z.string(), output: z.string() });
const Part = capability({
  name: 'part',
  description: 'Says goodbye.',
  input: z.string(),
  output: z.string(),
});

class Greeter {
  execute(name: string): string {
    return name;
  }
}

function markedBy(decorate: (target: typeof Greeter) => void): AgentMetadata {
  class Marked extends Greeter {}
  decorate(Marked);
  return Reflect.getOwnMetadata(AGENT_METADATA, Marked) as AgentMetadata;
}

describe('Agent', () => {
  it.each([
    ['nothing', Agent(), [], {}],
    ['options', Agent({ version: '2.0.0' }), [], { version: '2.0.0' }],
    ['a capability', Agent(Greet), [Greet], {}],
    ['a capability and options', Agent(Greet, { region: 'eu' }), [Greet], { region: 'eu' }],
    ['two capabilities and options', Agent(Greet, Part, { tags: ['a'] }), [Greet, Part], { tags: ['a'] }],
    ['a name', Agent('greet'), ['greet'], {}],
    ['a capability and a name', Agent(Greet, 'part'), [Greet, 'part'], {}],
  ])('takes %s', (_, decorate, capabilities, options) => {
    expect(markedBy(decorate)).toEqual({ className: 'Marked', capabilities, options });
  });

  it('leaves its mark where another copy of the package finds it', () => {
    class Marked extends Greeter {}
    Agent(Greet)(Marked);
    expect(Reflect.hasOwnMetadata(Symbol.for('cadre.metadata.agent'), Marked)).toBe(true);
  });
});
