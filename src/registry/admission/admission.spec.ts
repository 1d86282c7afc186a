import { z } from 'zod';
import {
  capability,
  dataType,
  openCapability,
  type AgentManifest,
  type Capability,
} from '../../agents/index.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { checkAdmission } from './admission.js';

const description = 'For a test.';
const contractOf = (schema: z.ZodType): Capability =>
  capability({
    name: 'write',
    description,
    input: dataType('text', schema),
    output: dataType('report', z.string()),
  });

const admit = (incoming: readonly AgentManifest[], known: readonly AgentManifest[] = []) =>
  checkAdmission(incoming, known, 'reject').violations.map(({ code, agent }) => `${code} ${agent}`);

const agent = (name: string, ...dependencies: readonly string[]) => manifestOf({ name, dependencies });

/** Agents that depend each on the next, the last one on those given. */
const chainOf = (length: number, ...last: readonly string[]) =>
  Array.from({ length }, (_, index) =>
    agent(`a${index}`, ...(index < length - 1 ? [`a${index + 1}`] : last)),
  );

describe('duplicate releases', () => {
  it('are violations, beside what is in and beside one another', () => {
    const ada = (version: string) => manifestOf({ name: 'ada', version });
    expect(admit([ada('1.0.0'), ada('2.0.0'), ada('2.0.0')], [ada('1.0.0')])).toEqual([
      'AGENT_DUPLICATE ada@1.0.0',
      'AGENT_DUPLICATE ada@2.0.0',
    ]);
  });

  it('are not several versions of one agent', () => {
    const versions = ['1.0.0', '2.0.0', '2.0.0-beta.1'];
    expect(admit(versions.map((version) => manifestOf({ name: 'ada', version })))).toEqual([]);
  });
});

describe('conflicting contracts', () => {
  const by = (name: string, schema: z.ZodType) => manifestOf({ name, capabilities: [contractOf(schema)] });

  it('are violations of all agents that differ from the first, those too that agree with each other', () => {
    const number = z.number();
    const found = checkAdmission([by('bob', number), by('cyd', number)], [by('ada', z.string())], 'reject');
    expect(found.warnings).toEqual([]);
    expect(found.violations.map(({ agent: id }) => id)).toEqual(['bob@1.0.0', 'cyd@1.0.0']);
    expect(found.violations[1]).toEqual({
      code: 'CONTRACT_CONFLICT',
      agent: 'cyd@1.0.0',
      message:
        'its contract of "write" conflicts with that of ada@1.0.0: the input "text" has two different schemas; share one contract, or rename the capability',
    });
  });

  it('are warnings where the options say so', () => {
    const found = checkAdmission([by('ada', z.string()), by('bob', z.number())], [], 'warn');
    expect(found.violations).toEqual([]);
    expect(found.warnings.map(({ code, agent: id }) => [code, id])).toEqual([
      ['CONTRACT_CONFLICT', 'bob@1.0.0'],
    ]);
  });

  it('are found once, not told again of those that are in', () => {
    const known = [by('ada', z.string()), by('bob', z.number())];
    expect(admit([agent('cyd')], known)).toEqual([]);
    expect(admit([by('dan', z.string())], known)).toEqual([]);
  });

  it('are not contracts that one shape makes equal, or that one is wider than', () => {
    const wider = capability({
      name: 'write',
      description,
      input: dataType('text', z.string()),
      output: dataType('report', z.string()),
    });
    expect(admit([by('ada', z.string()), manifestOf({ name: 'bob', capabilities: [wider] })])).toEqual([]);
  });
});

describe('dependencies', () => {
  it('are violations when nobody is them, with the near names', () => {
    const { violations } = checkAdmission(
      [agent('ada', 'bbob', 'nobody-at-all'), agent('bob')],
      [],
      'reject',
    );
    expect(violations.map(({ message }) => message)).toEqual([
      'it depends on "bbob", which is not registered. Did you mean "bob"?',
      'it depends on "nobody-at-all", which is not registered.',
    ]);
  });

  it('may come at once with those that depend on them, or be in already', () => {
    expect(admit([agent('ada', 'bob', 'cyd'), agent('bob')], [agent('cyd')])).toEqual([]);
  });

  it('suggest names for the first twenty of the unknown', () => {
    const letters = 'abcdefghijklmnopqrstuvwxy';
    const incoming = [
      ...Array.from({ length: 30 }, (_, index) => agent(`a${index}`, `bob${letters[index % 25]}`)),
      agent('bob'),
    ];
    const { violations } = checkAdmission(incoming, [], 'reject');
    expect(violations).toHaveLength(30);
    expect(violations.filter(({ message }) => message.includes('Did you mean "bob"?'))).toHaveLength(25);
  });

  it.each<[string, AgentManifest[], AgentManifest[], string[]]>([
    ['on itself', [agent('ada', 'ada')], [], ['ada → ada']],
    ['on each other', [agent('ada', 'bob'), agent('bob', 'ada')], [], ['ada → bob → ada']],
    ['through one that is in', [agent('bob', 'ada')], [agent('ada', 'bob')], ['bob → ada → bob']],
    [
      'beside the way in',
      [agent('ada', 'bob'), agent('bob', 'cyd'), agent('cyd', 'bob')],
      [],
      ['bob → cyd → bob'],
    ],
    [
      'in two circles',
      [agent('ada', 'bob', 'cyd'), agent('bob', 'ada'), agent('cyd', 'ada')],
      [],
      ['ada → bob → ada', 'ada → cyd → ada'],
    ],
    [
      'through another version',
      [manifestOf({ name: 'ada', version: '2.0.0' }), agent('bob', 'ada')],
      [agent('ada', 'bob')],
      ['ada → bob → ada'],
    ],
  ])('are violations when they lead back: %s', (_, incoming, known, circles) => {
    const { violations } = checkAdmission(incoming, known, 'reject');
    expect(violations.map(({ code, message }) => [code, message])).toEqual(
      circles.map((circle) => [
        'DEPENDENCY_CIRCULAR',
        `its dependencies form a circle: ${circle}; remove one of them`,
      ]),
    );
  });

  it('may meet again without leading back', () => {
    expect(
      admit([agent('ada', 'bob', 'cyd'), agent('bob', 'dan'), agent('cyd', 'dan'), agent('dan')]),
    ).toEqual([]);
  });

  it('name the release that is to come in, not one that is in', () => {
    expect(admit([agent('cyd', 'ada')], [agent('ada', 'bob'), agent('bob', 'cyd')])).toEqual([
      'DEPENDENCY_CIRCULAR cyd@1.0.0',
    ]);
  });

  it('name a few agents of a long circle', () => {
    const { violations } = checkAdmission(chainOf(10_000, 'a0'), [], 'reject');
    expect(violations.map(({ message }) => message)).toEqual([
      'its dependencies form a circle: a0 → a1 → a2 → a3 → a4 → a5 → a6 → a7 → 9992 more → a0; remove one of them',
    ]);
  });
});

describe('admission', () => {
  it('reports every violation at once', () => {
    const ada = manifestOf({
      name: 'ada',
      capabilities: [contractOf(z.string())],
      dependencies: ['ada', 'zoe'],
    });
    const bob = manifestOf({ name: 'bob', capabilities: [contractOf(z.number())] });
    expect(admit([ada, ada, bob])).toEqual([
      'AGENT_DUPLICATE ada@1.0.0',
      'DEPENDENCY_UNKNOWN ada@1.0.0',
      'DEPENDENCY_UNKNOWN ada@1.0.0',
      'DEPENDENCY_CIRCULAR ada@1.0.0',
      'CONTRACT_CONFLICT bob@1.0.0',
    ]);
  });

  it('admits nobody and nothing', () => {
    expect(checkAdmission([], [], 'reject')).toEqual({ violations: [], warnings: [] });
  });

  it('looks at contracts in proportion to the agents that share one, up to 10 000', () => {
    const countLooks = (agents: number): number => {
      let looks = 0;
      const counted = (): Capability =>
        new Proxy<Capability>(openCapability('greet'), {
          get: (target, key, receiver) => {
            if (key === 'contract') looks += 1;
            return Reflect.get(target, key, receiver) as unknown;
          },
        });
      const manifests = chainOf(agents).map((manifest) => ({
        ...manifest,
        capabilities: [{ capability: counted(), method: 'execute', requiredContext: [] }],
      }));
      expect(admit(manifests)).toEqual([]);
      return looks;
    };
    expect(countLooks(10_000)).toBeLessThanOrEqual(11 * countLooks(1_000));
  });
});
