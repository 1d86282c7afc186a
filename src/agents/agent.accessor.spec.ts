import { z } from 'zod';
import { readAgentDeclaration } from './agent.accessor.js';
import { Agent } from './agent.decorator.js';
import { capability } from './contracts/capability.js';
import { dataType } from './contracts/data-type.js';
import { resolveManifest } from './manifest.js';
import { Provides } from './provides.decorator.js';

const Text = dataType('text', z.string());
const Shout = capability({ name: 'shout', description: 'Says it loudly.', input: Text, output: Text });
const Whisper = capability({ name: 'whisper', description: 'Says it softly.', input: Text, output: Text });

@Agent({ version: '2.0.0', tags: ['voice'] })
class VoiceAgent {
  @Provides(Shout, { timeoutMs: 50 })
  loud(text: string): string {
    return text.toUpperCase();
  }

  @Provides(Whisper)
  soft(text: string): string {
    return text.toLowerCase();
  }

  unmarked(): void {}
}

@Agent(Shout)
class ShoutingAgent {
  execute(text: string): string {
    return text.toUpperCase();
  }
}

/** What a class provides, as `method:capability`. */
function providedBy(target: unknown): string[] {
  return (readAgentDeclaration(target)?.input.capabilities ?? []).map((entry) => {
    if (typeof entry === 'string') return `execute:${entry}`;
    if (!('capability' in entry)) return `execute:${entry.name}`;
    const name = typeof entry.capability === 'string' ? entry.capability : entry.capability.name;
    return `${entry.method}:${name}`;
  });
}

describe('readAgentDeclaration', () => {
  it('reads the options and the marked methods', () => {
    expect(readAgentDeclaration(VoiceAgent)).toEqual({
      autoRegister: true,
      input: {
        name: 'voice',
        version: '2.0.0',
        tags: ['voice'],
        capabilities: [
          { capability: Shout, method: 'loud', timeoutMs: 50 },
          { capability: Whisper, method: 'soft' },
        ],
      },
    });
  });

  it('reads what a specialist lists', () => {
    expect(readAgentDeclaration(ShoutingAgent)?.input).toEqual({ name: 'shouting', capabilities: [Shout] });
  });

  it('takes a given name and a wish to stay out', () => {
    @Agent({ name: 'hermit', autoRegister: false })
    class Anybody {}
    expect(readAgentDeclaration(Anybody)).toEqual({
      autoRegister: false,
      input: { name: 'hermit', capabilities: [] },
    });
  });

  it.each([undefined, null, 'VoiceAgent', {}, new VoiceAgent(), () => 1, class Plain {}])(
    'finds no agent in %p',
    (value) => {
      expect(readAgentDeclaration(value)).toBeUndefined();
    },
  );

  it('finds no agent in an undecorated subclass', () => {
    class Heir extends VoiceAgent {}
    expect(readAgentDeclaration(Heir)).toBeUndefined();
  });

  it('gives a decorated subclass the methods of its parent', () => {
    @Agent({ version: '3.0.0' })
    class LouderVoiceAgent extends VoiceAgent {
      @Provides('scream')
      scream(): string {
        return 'A!';
      }
    }
    expect(readAgentDeclaration(LouderVoiceAgent)?.input).toMatchObject({
      name: 'louder_voice',
      version: '3.0.0',
    });
    expect(readAgentDeclaration(LouderVoiceAgent)?.input.tags).toBeUndefined();
    expect(providedBy(LouderVoiceAgent)).toEqual(['scream:scream', 'loud:shout', 'soft:whisper']);
    expect(providedBy(VoiceAgent)).toEqual(['loud:shout', 'soft:whisper']);
  });

  it('does not give a specialist the list of its parent', () => {
    @Agent(Whisper)
    class WhisperingAgent extends ShoutingAgent {}
    expect(providedBy(WhisperingAgent)).toEqual(['execute:whisper']);
  });

  it('lets an overriding method keep the mark', () => {
    @Agent()
    class MutedVoiceAgent extends VoiceAgent {
      override loud(): string {
        return '';
      }
    }
    expect(providedBy(MutedVoiceAgent)).toEqual(['loud:shout', 'soft:whisper']);
  });

  it('lets an overriding method change the mark', () => {
    @Agent()
    class ReversedVoiceAgent extends VoiceAgent {
      @Provides('roar')
      override loud(): string {
        return 'roar';
      }
    }
    expect(providedBy(ReversedVoiceAgent)).toEqual(['loud:roar', 'soft:whisper']);
    expect(providedBy(VoiceAgent)).toEqual(['loud:shout', 'soft:whisper']);
  });

  it('gives one method with two marks two capabilities', () => {
    @Agent()
    class SpeakingAgent {
      @Provides(Shout)
      @Provides(Whisper)
      speak(text: string): string {
        return text;
      }
    }
    expect(providedBy(SpeakingAgent).sort()).toEqual(['speak:shout', 'speak:whisper']);
  });

  it('reads both what a class lists and what its methods say', () => {
    @Agent(Shout)
    class MixedAgent {
      execute(text: string): string {
        return text;
      }
      @Provides(Whisper)
      soft(text: string): string {
        return text;
      }
    }
    expect(providedBy(MixedAgent)).toEqual(['execute:shout', 'soft:whisper']);
  });

  it('asks no getter, not even when the manifest looks for the handler', () => {
    let asked = 0;
    @Agent('speak')
    class LazyAgent {
      get execute(): (input: never) => string {
        asked += 1;
        return () => '';
      }
      get voice(): string {
        asked += 1;
        return '';
      }
    }
    const declaration = readAgentDeclaration(LazyAgent);
    resolveManifest(declaration!.input, LazyAgent.prototype);
    resolveManifest(declaration!.input, new LazyAgent());
    expect(asked).toBe(0);
  });

  it('passes over methods whose names are symbols', () => {
    const secret = Symbol('secret');
    @Agent()
    class SecretiveAgent {
      [secret](): void {}
      @Provides(Whisper)
      soft(text: string): string {
        return text;
      }
    }
    expect(providedBy(SecretiveAgent)).toEqual(['soft:whisper']);
  });

  it('reads a class whose prototype chain ends early', () => {
    function Rootless(): void {}
    Rootless.prototype = Object.create(null) as object;
    Agent()(Rootless as never);
    expect(readAgentDeclaration(Rootless)).toMatchObject({ input: { name: 'rootless', capabilities: [] } });
  });
});
