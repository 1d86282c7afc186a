import { z } from 'zod';
import { readDefinition } from '../definition/read-definition.js';
import {
  SearchQuery,
  CompanyName,
  Tone,
  WebResearch,
  Rivalry,
  Writing,
  PlainSummary,
  Shorten,
  Unpublish,
  Send,
  begun,
} from '../../testing/setups/built-capabilities.js';
import { optional } from './input-spec.js';
import { orElse } from './ref.js';
import { expr, text } from './tags.js';
import { workflow } from './workflow-builder.js';

describe('workflow()', () => {
  it('writes the definition that YAML would give', () => {
    const brief = workflow('market_brief', {
      version: '1.2.0',
      description: 'A brief.',
      timeout: '2d',
      priority: 5,
    })
      .input({ topic: SearchQuery, company: CompanyName, tone: optional(Tone), mood: optional(Tone, 'dry') })
      .step('research', WebResearch, ({ input }) => input.topic, {
        retry: { attempts: 3, backoff: 'exponential', delay: '1s' },
        timeout: '30s',
      })
      .step('rivals', Rivalry, ({ input }) => input.company, { after: [], optional: true })
      .approval('approve', ({ input }) => text`Publish a brief on ${input.topic}?`, {
        timeout: '24h',
        onTimeout: 'fail',
        after: ['research', 'rivals'],
      })
      .step('write', Writing, ({ steps }) => ({ report: steps.research, rivals: steps.rivals }), {
        when: ({ steps }) => expr`size(${steps.research.findings}) > 0`,
        fallback: { use: PlainSummary, input: ({ steps }) => steps.research },
      })
      .output(({ steps }) => steps.write);
    expect(brief).toEqual({
      name: 'market_brief',
      version: '1.2.0',
      description: 'A brief.',
      timeout: '2d',
      priority: 5,
      input: {
        topic: 'search_query',
        company: 'company_name',
        tone: { type: 'tone', optional: true },
        mood: { type: 'tone', optional: true, default: 'dry' },
      },
      steps: [
        {
          id: 'research',
          capability: 'web_research',
          input: '${ input.topic }',
          retry: { attempts: 3, backoff: 'exponential', delay: '1s' },
          timeout: '30s',
        },
        {
          id: 'rivals',
          capability: 'competitive_analysis',
          input: '${ input.company }',
          after: [],
          optional: true,
        },
        {
          id: 'approve',
          approval: { message: 'Publish a brief on ${ input.topic }?', timeout: '24h', onTimeout: 'fail' },
          after: ['research', 'rivals'],
        },
        {
          id: 'write',
          capability: 'content_writing',
          when: '${ size(steps.research.output.findings) > 0 }',
          input: { report: '${ steps.research.output }', rivals: '${ steps.rivals.output }' },
          onError: { fallback: { capability: 'plain_summary', input: '${ steps.research.output }' } },
        },
      ],
      output: '${ steps.write.output }',
    });
  });

  it('gives plain, frozen JSON that the reader of definitions takes', () => {
    const brief = begun().build();
    expect(JSON.parse(JSON.stringify(brief))).toEqual(brief);
    expect(Object.isFrozen(brief.steps[0])).toBe(true);
    expect(readDefinition(brief)).toMatchObject({ ok: true });
  });

  it('gives the outputs of all steps, where it is told to', () => {
    const { output } = begun()
      .step('look-up', Shorten, ({ input }) => input.topic)
      .output(({ steps }) => steps);
    expect(output).toEqual({
      research: '${ steps.research.output }',
      'look-up': '${ steps["look-up"].output }',
    });
  });

  it('takes the version alone, and 1.0.0 without one', () => {
    const versionOf = (options?: string) =>
      workflow('greet', options)
        .step('hello', 'greet', () => 'Ann')
        .build().version;
    expect(versionOf('2.0.0-rc.1')).toBe('2.0.0-rc.1');
    expect(versionOf()).toBe('1.0.0');
  });

  it('leaves a builder as it was when a step is added to it', () => {
    const start = begun();
    start.step('other', Shorten, ({ input }) => input.topic);
    expect(start.build().steps.map(({ id }) => id)).toEqual(['research']);
  });

  it('refuses a workflow without steps, and an id that is taken', () => {
    expect(() => workflow('empty').build()).toThrow(
      expect.objectContaining({
        code: 'BUILDER_MISUSED',
        message: expect.stringContaining('"empty" has no steps'),
      }),
    );
    // @ts-expect-error The id is taken.
    expect(() => begun().step('research', Shorten, ({ input }) => input.topic)).toThrow(/id "research"/);
  });

  it('refuses an input whose members are no data types', () => {
    // @ts-expect-error A schema has no name.
    expect(() => workflow('brief').input({ topic: z.string() })).toThrow(
      /"topic" of the input is no data type/,
    );
    // @ts-expect-error Nothing is no data type.
    expect(() => workflow('brief').input({ topic: null })).toThrow(/"topic"/);
  });
});

describe('a task step', () => {
  const stepOf = (built: { readonly steps: readonly unknown[] }) => built.steps.at(-1);

  it('is an open contract by its name, or one agent', () => {
    expect(
      stepOf(
        begun()
          .step('greet', 'greet', () => 'Ann')
          .build(),
      ),
    ).toEqual({
      id: 'greet',
      capability: 'greet',
      input: 'Ann',
    });
    expect(
      stepOf(
        begun()
          .step('greet', { agent: 'greeter@^1' }, () => null)
          .build(),
      ),
    ).toEqual({
      id: 'greet',
      agent: 'greeter@^1',
      input: null,
    });
  });

  it('says how it is routed', () => {
    const routing = {
      agent: 'fast@2.x',
      inputType: 'search_query',
      strategy: 'first',
      priority: 'urgent',
      criticality: 'critical',
      region: 'eu-west',
      residency: ['eu'],
      preferredRegions: ['eu-west', 'eu'],
      tags: ['web'],
      whenUnavailable: 'queue',
      queueTimeout: '1h',
    } as const;
    const built = begun()
      .step('more', WebResearch, ({ input }) => input.topic, routing)
      .build();
    expect(stepOf(built)).toMatchObject(routing);
  });

  it('repeats until a condition holds over its output and the round', () => {
    const built = begun()
      .step('polish', Shorten, ({ input, previous }) => orElse(previous, input.topic), {
        description: 'Gets shorter.',
        onError: 'continue',
        repeat: {
          until: ({ output, iteration }) => expr`size(${output}) < 80 || ${iteration} == 3`,
          max: 5,
          delay: '1s',
          onMax: 'continue',
        },
      })
      .build();
    expect(stepOf(built)).toEqual({
      id: 'polish',
      description: 'Gets shorter.',
      capability: 'shorten',
      input: '${ previous != null ? previous : (input.topic) }',
      onError: 'continue',
      repeat: {
        until: '${ size(output) < 80 || iteration == 3 }',
        max: 5,
        delay: '1s',
        onMax: 'continue',
      },
    });
  });

  it('is undone with its output, and may fall back with its own input and the error', () => {
    const built = begun()
      .step('write', PlainSummary, ({ steps }) => steps.research, {
        fallback: { use: PlainSummary },
        compensate: { use: Unpublish },
      })
      .step('send', Send, ({ steps, input }) => ({ what: steps.write, to: input.topic }), {
        fallback: { use: 'apologize', input: ({ error }) => text`It failed: ${error.message}` },
        compensate: { use: 'call_back', input: ({ output, steps }) => [output, steps.write.title] },
      })
      .build();
    expect(built.steps.slice(-2)).toMatchObject([
      { onError: { fallback: { capability: 'plain_summary' } }, compensate: { capability: 'unpublish' } },
      {
        onError: { fallback: { capability: 'apologize', input: 'It failed: ${ error.message }' } },
        compensate: {
          capability: 'call_back',
          input: ['${ output }', '${ steps.write.output.title }'],
        },
      },
    ]);
    expect(built.steps.at(-2)).not.toHaveProperty('compensate.input');
  });

  it('refuses a fallback beside onError', () => {
    expect(() =>
      begun().step('write', PlainSummary, ({ steps }) => steps.research, {
        onError: 'continue',
        fallback: { use: PlainSummary },
      }),
    ).toThrow(/"write" has both onError and fallback/);
  });

  it('refuses a step that is not above, with the nearest that is', () => {
    expect(() =>
      // @ts-expect-error There is no such step.
      begun().step('write', PlainSummary, ({ steps }) => steps.reserch),
    ).toThrow(/no step "reserch" is declared above\. Did you mean "research"\?$/);
    expect(() =>
      // @ts-expect-error There is no such step.
      begun().step('write', PlainSummary, ({ steps }) => steps.publication),
    ).toThrow(/no step "publication" is declared above\./);
  });

  it('refuses what gives no input, and what does nothing', () => {
    // @ts-expect-error An input that is undefined is none.
    expect(() => begun().step('greet', Shorten, () => undefined)).toThrow(/the input of "greet" is no JSON/);
    // @ts-expect-error There is nothing that can be done.
    expect(() => begun().step('greet', undefined, () => 1)).toThrow(/: undefined does nothing/);
  });

  it('refuses to take the members of a reference apart, which it does not know', () => {
    const known = /the members of a reference are not known while the workflow is written/;
    const output = (make: (research: object) => unknown) => () =>
      begun().output(({ steps }) => make(steps.research) as string);
    expect(output((research) => ({ ...research, more: 1 }))).toThrow(known);
    expect(output((research) => Object.entries(research))).toThrow(known);
    expect(output((research) => JSON.stringify({ research }))).toThrow(known);
  });

  it('refuses a condition that is none', () => {
    expect(() =>
      // @ts-expect-error A text is no condition.
      begun().step('greet', 'greet', () => 1, { when: () => 'true' }),
    ).toThrow(/the condition of "greet" is no condition/);
    const built = begun()
      .step('greet', 'greet', () => 1, { when: () => false })
      .build();
    expect(stepOf(built)).toMatchObject({ when: false });
  });
});
