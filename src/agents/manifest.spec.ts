import { z } from 'zod';
import { capability } from './contracts/capability.js';
import { dataType } from './contracts/data-type.js';
import { AGENT_DEFAULTS, resolveManifest } from './manifest.js';

const Text = dataType('text', z.string());
const Tone = dataType('tone', z.string());
const Speak = capability({
  name: 'speak',
  description: 'Speaks.',
  input: Text,
  output: Text,
  requiredContext: [Tone],
  estimatedDurationMs: 100,
  estimatedCostUsd: 0.1,
});

class Speaker {
  execute(text: string): string {
    return text;
  }
  read(text: string, _task: unknown): string {
    return text;
  }
  greedy(_a: unknown, _b: unknown, _c: unknown): void {}
  readonly title = 'Dr';
}

function violationsOf(changes: Record<string, unknown>, owner: object = new Speaker()): string[] {
  const resolved = resolveManifest({ name: 'speaker', ...changes }, owner);
  return resolved.ok ? [] : resolved.violations.map(({ code, message }) => `${code} ${message}`);
}

describe('resolveManifest', () => {
  it('fills in defaults and freezes', () => {
    const resolved = resolveManifest({ name: 'speaker', capabilities: [Speak] }, Speaker.prototype);
    if (!resolved.ok) throw new TypeError('expected a manifest');
    const { manifest } = resolved;
    expect(manifest).toMatchObject({ name: 'speaker', ...AGENT_DEFAULTS, tags: [], dependencies: [] });
    expect(manifest.capabilities).toEqual([
      {
        capability: Speak,
        method: 'execute',
        requiredContext: [Tone],
        estimatedDurationMs: 100,
        estimatedCostUsd: 0.1,
      },
    ]);
    const parts = [
      manifest,
      manifest.capabilities,
      manifest.capabilities[0],
      manifest.tags,
      manifest.dependencies,
    ];
    expect(parts.every(Object.isFrozen)).toBe(true);
  });

  it('keeps what the author says', () => {
    const input = {
      name: 'speaker',
      version: '2.1.0-beta.1',
      description: 'Speaks well.',
      maxConcurrentTasks: 4,
      costPerTaskUsd: 0,
      region: 'eu-west',
      tags: ['voice'],
      dependencies: ['writer'],
      healthCheckTimeoutMs: 1_000,
    };
    expect(resolveManifest(input, new Speaker())).toMatchObject({ ok: true, manifest: input });
  });

  it('keeps its own copy of lists', () => {
    const tags = ['voice'];
    const resolved = resolveManifest({ name: 'speaker', tags }, new Speaker());
    tags.push('late');
    expect(resolved).toMatchObject({ manifest: { tags: ['voice'] } });
  });

  it('lets the agent override estimates and add context, each type once', () => {
    const entry = { capability: Speak, method: 'read', timeoutMs: 50, estimatedCostUsd: 0 };
    const resolved = resolveManifest(
      { name: 'speaker', capabilities: [{ ...entry, requiredContext: [Text, Tone] }] },
      new Speaker(),
    );
    expect(resolved).toMatchObject({
      manifest: { capabilities: [{ ...entry, estimatedDurationMs: 100, requiredContext: [Tone, Text] }] },
    });
  });

  it('makes an open capability of a name, in both forms', () => {
    const resolved = resolveManifest(
      { name: 'speaker', capabilities: ['greet', { capability: 'part', method: 'read' }] },
      new Speaker(),
    );
    expect(resolved).toMatchObject({
      manifest: {
        capabilities: [
          { capability: { name: 'greet' }, method: 'execute' },
          { capability: { name: 'part' }, method: 'read' },
        ],
      },
    });
  });

  it('reports every violation at once, under the name and version it has', () => {
    const resolved = resolveManifest(
      {
        name: 'Speaker!',
        version: '2',
        maxConcurrentTasks: 0,
        costPerTaskUsd: -1,
        healthCheckTimeoutMs: 60_001,
        tags: [''],
        dependencies: 'writer' as never,
        region: ' ',
        capabilities: [
          'Not A Name',
          {
            capability: Speak,
            method: 'sing',
            timeoutMs: 0,
            estimatedSuccessRatio: 2,
            requiredContext: [3 as never],
          },
          Speak,
          { capability: 'shout', method: 'greedy' },
        ],
      },
      new Speaker(),
    );
    if (resolved.ok) throw new TypeError('expected violations');
    expect(new Set(resolved.violations.map(({ agent }) => agent))).toEqual(new Set(['Speaker!@2']));
    expect(resolved.violations.map(({ code }) => code)).toEqual([
      'AGENT_NAME_INVALID',
      'AGENT_VERSION_INVALID',
      ...new Array<string>(6).fill('AGENT_OPTION_INVALID'),
      'CAPABILITY_INVALID',
      'HANDLER_MISSING',
      ...new Array<string>(3).fill('AGENT_OPTION_INVALID'),
      'CAPABILITY_PROVIDED_TWICE',
      'HANDLER_MISFIT',
    ]);
  });
});

describe('resolveManifest, member by member', () => {
  it.each(['1', '1.0', 'v1.0.0', '01.0.0', ' 1.0.0', 'latest', '^1.0.0', ''])(
    'refuses the version %p',
    (version) => {
      expect(violationsOf({ version })).toEqual([expect.stringContaining('is no semantic version')]);
    },
  );

  it('refuses build metadata, which orders nothing', () => {
    expect(violationsOf({ version: '1.0.0+build.5' })).toEqual([expect.stringContaining('leave it out')]);
  });

  it.each([undefined, '', 'Speaker', 3])('refuses the name %p', (name) => {
    expect(violationsOf({ name })).toEqual([expect.stringMatching(/^AGENT_NAME_INVALID its name must be/)]);
  });

  it.each([
    ['maxConcurrentTasks', [1, 10_000], [0, 1.5, 10_001, NaN, '4', null], 'a whole number from 1 to 10000'],
    ['healthCheckTimeoutMs', [1, 60_000], [0, 0.5, 60_001, Infinity], 'a whole number from 1 to 60000'],
    ['costPerTaskUsd', [0, 0.5, 1e9], [-1, NaN, Infinity, '1'], 'a finite number of at least 0'],
  ])('takes %s within its bounds', (field, good, bad, range) => {
    for (const value of good) expect(violationsOf({ [field]: value })).toEqual([]);
    for (const value of bad) {
      expect(violationsOf({ [field]: value })).toEqual([
        `AGENT_OPTION_INVALID ${field} is ${String(value)}; it must be ${range}`,
      ]);
    }
  });

  it.each([
    { tags: [3] },
    { tags: 'voice' },
    { dependencies: ['writer', ' '] },
    { region: '' },
    { region: 3 },
    { capabilities: 'speak' },
  ])('refuses %p', (changes) => {
    expect(violationsOf(changes)).toEqual([expect.stringMatching(/^AGENT_OPTION_INVALID .* must be a/)]);
  });

  it.each([undefined, null, 3, 'Not A Name', { capability: undefined }, { capability: 10n }])(
    'refuses the capability %p',
    (entry) => {
      expect(violationsOf({ capabilities: [entry] })).toEqual([
        expect.stringMatching(/^CAPABILITY_INVALID it lists .* as a capability/),
      ]);
    },
  );

  it.each(['sing', 'title', 'toString2'])('misses the handler %p', (method) => {
    expect(violationsOf({ capabilities: [{ capability: Speak, method }] })).toEqual([
      expect.stringContaining(`it lists "speak" but has no method ${method}()`),
    ]);
  });

  it('finds handlers on prototypes, on instances and on objects without a prototype', () => {
    const execute = (): string => '';
    const bare = Object.assign(Object.create(null) as object, { execute });
    for (const owner of [Speaker.prototype, new (class extends Speaker {})(), { execute }, bare]) {
      expect(violationsOf({ capabilities: [Speak] }, owner)).toEqual([]);
    }
  });

  it('misses a handler that is a getter', () => {
    const owner = {
      get execute(): never {
        throw new RangeError('asked');
      },
    };
    expect(violationsOf({ capabilities: [Speak] }, owner)).toEqual([
      expect.stringContaining('HANDLER_MISSING'),
    ]);
  });

  it('refuses context that is no list', () => {
    expect(violationsOf({ capabilities: [{ capability: Speak, requiredContext: 5 }] })).toEqual([
      'AGENT_OPTION_INVALID requiredContext of "speak" must be a list of data types',
    ]);
  });
});
