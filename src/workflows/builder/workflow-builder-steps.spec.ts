import { z } from 'zod';
import { SearchQuery, Tone, Payment, Shorten, begun } from '../../testing/setups/built-capabilities.js';
import { optional } from './input-spec.js';
import { present } from './ref.js';
import { expr, text } from './tags.js';
import { workflow } from './workflow-builder.js';

describe('forEach()', () => {
  it('lets the step see the item and its position', () => {
    const built = begun()
      .forEach(({ steps }) => steps.research.findings, { concurrency: 3 })
      .step('shorts', Shorten, ({ item, index, input }) => text`${index}: ${item.text} on ${input.topic}`)
      .step('after', 'greet', ({ steps }) => steps.shorts)
      .build();
    expect(built.steps.slice(1)).toEqual([
      {
        id: 'shorts',
        forEach: { items: '${ steps.research.output.findings }', concurrency: 3 },
        capability: 'shorten',
        input: '${ index }: ${ item.text } on ${ input.topic }',
      },
      { id: 'after', capability: 'greet', input: '${ steps.shorts.output }' },
    ]);
  });

  it('calls the item by another name, and takes a list of literals', () => {
    const built = workflow('greetings')
      .forEach(() => ['Ann', 'Bob'], { as: 'person' })
      .step('greet', Shorten, ({ person }) => person)
      .build();
    expect(built.steps).toEqual([
      {
        id: 'greet',
        forEach: { items: ['Ann', 'Bob'], as: 'person' },
        capability: 'shorten',
        input: '${ person }',
      },
    ]);
  });
});

describe('a step that waits', () => {
  it('sleeps for a time, for one that is wired, or until an instant', () => {
    const { steps } = begun()
      .sleep('a', '10m')
      .sleep('b', ({ input }) => expr<string>`${input.topic} + "s"`)
      .sleep(
        'c',
        { until: () => '2030-01-01T00:00:00Z' },
        { when: ({ input }) => expr`${input.topic} != ""` },
      )
      .build();
    expect(steps.slice(1)).toEqual([
      { id: 'a', sleep: '10m' },
      { id: 'b', sleep: '${ input.topic + "s" }' },
      { id: 'c', sleep: { until: '2030-01-01T00:00:00Z' }, when: '${ input.topic != "" }' },
    ]);
  });

  it('refuses a time that is none', () => {
    // @ts-expect-error There is no time.
    expect(() => begun().sleep('a')).toThrow(/the instant of a sleep is no JSON/);
    // @ts-expect-error Nothing is given.
    expect(() => begun().step('a', 'greet')).toThrow(/the input of "a" is no JSON/);
  });

  it('waits for a signal of its own name, or of another with a type', () => {
    const { steps } = begun()
      .signal('go')
      .signal('paid', {
        name: 'payment',
        type: Payment,
        timeout: '7d',
        onTimeout: 'continue',
        optional: true,
      })
      .step('thank', 'thank', ({ steps: above }) => present(above.paid).amount)
      .build();
    expect(steps.slice(1)).toEqual([
      { id: 'go', signal: { name: 'go' } },
      {
        id: 'paid',
        signal: { name: 'payment', type: 'payment', timeout: '7d', onTimeout: 'continue' },
        optional: true,
      },
      { id: 'thank', capability: 'thank', input: '${ steps.paid.output.amount }' },
    ]);
    // @ts-expect-error A schema has no name.
    expect(() => begun().signal('paid', { type: z.string() })).toThrow(/"paid" is no data type/);
  });

  it('asks a person, who may also say no', () => {
    const { steps } = begun()
      .approval('ok', () => 'Sure?', { onReject: 'continue', onTimeout: 'approve' })
      .build();
    expect(steps[1]).toEqual({
      id: 'ok',
      approval: { message: 'Sure?', onReject: 'continue', onTimeout: 'approve' },
    });
  });
});

describe('nested()', () => {
  const inner = workflow('inner', '1.4.0')
    .input({ topic: SearchQuery, tone: optional(Tone, 'dry') })
    .step('shorten', Shorten, ({ input }) => input.topic)
    .output(({ steps }) => ({ short: steps.shorten, from: ['a', 1] }));

  it('runs another workflow, of a compatible version', () => {
    const built = begun()
      .nested('inner', inner, ({ input }) => ({ topic: input.topic }), {
        fallback: { use: inner },
        compensate: { use: { workflow: 'undo@1.x' }, input: ({ output }) => output.short },
      })
      .step('next', Shorten, ({ steps }) => steps.inner.short)
      .build();
    expect(built.steps.slice(1)).toEqual([
      {
        id: 'inner',
        workflow: 'inner@^1.4.0',
        input: { topic: '${ input.topic }' },
        onError: { fallback: { workflow: 'inner@^1.4.0' } },
        compensate: { workflow: 'undo@1.x', input: '${ output.short }' },
      },
      { id: 'next', capability: 'shorten', input: '${ steps.inner.output.short }' },
    ]);
  });

  it('runs one of the library by its name, and a definition from elsewhere', () => {
    const read = { name: 'read', steps: [{ capability: 'greet' }] };
    const { steps } = begun()
      .nested('a', { workflow: 'brief@^2' }, () => ({}))
      .nested('b', read, ({ steps: above }) => above.a)
      .build();
    expect(steps.slice(1)).toMatchObject([{ workflow: 'brief@^2' }, { workflow: 'read@^1.0.0' }]);
  });
});
