/**
 * The compiler is the first reviewer of every workflow: what fits together compiles, wrong wiring does not. Nothing here runs;
 * `tsc` checks this file, and each `@ts-expect-error` must have something to expect.
 */
import { z } from 'zod';
import {
  allOf,
  anyOf,
  at,
  capability,
  dataType,
  errorOf,
  expr,
  optional,
  orElse,
  present,
  statusOf,
  text,
  typed,
  workflow,
  type WorkflowInput,
  type WorkflowOutput,
} from 'cadre';

/** `true` only when both are the very same type: `any` and `unknown` equal nothing but themselves. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Expect<T extends true> = T;
/** The same members, written in one object rather than put together from several. */
type Flat<T> = { [K in keyof T]: T[K] };

// The vocabulary of the examples below ------------------------------------------------------------------------------

const Topic = dataType('topic', z.string());
const Tone = dataType('tone', z.enum(['dry', 'lively']));
const Count = dataType('count', z.number());
const Finding = z.object({ text: z.string(), score: z.number() });
const Report = dataType('report', z.object({ findings: z.array(Finding), note: z.string().optional() }));
const Article = dataType('article', z.object({ title: z.string(), pages: z.number().default(1) }));
const Age = dataType('age', z.string().transform(Number));

const Research = capability({ name: 'research', description: 'Finds out.', input: Topic, output: Report });
const Write = capability({ name: 'write', description: 'Writes.', input: Report, output: Article });
const Shorten = capability({ name: 'shorten', description: 'Shortens.', input: Topic, output: Topic });
const Either = capability({
  name: 'either',
  description: 'Takes two.',
  input: anyOf(Topic, Report),
  output: Article,
});
const Both = capability({
  name: 'both',
  description: 'Takes both.',
  input: allOf({ topic: Topic, report: Report }),
  output: anyOf(Article, Report),
});
const Styled = capability({
  name: 'styled',
  description: 'Has optional members.',
  input: z.object({
    title: z.string(),
    tone: Tone.schema.optional(),
    rivals: z.array(z.string()).nullable(),
  }),
  output: Article,
});
const Birthday = capability({ name: 'birthday', description: 'Reads an age.', input: Age, output: Age });

const start = workflow('example', '1.0.0').input({
  topic: Topic,
  tone: optional(Tone),
  mood: optional(Tone, 'dry'),
});
const begun = start.step('research', Research, ({ input }) => input.topic);

// What is inferred -----------------------------------------------------------------------------------------------------

const inner = begun
  .step('write', Write, ({ steps }) => steps.research)
  .output(({ steps }) => ({
    article: steps.write,
    first: at(steps.research.findings, 0).text,
    labels: ['a', steps.write.title],
  }));
const conditional = begun
  .step('when', Write, ({ steps }) => steps.research, { when: () => true })
  .step('optional', Shorten, ({ input }) => input.topic, { optional: true })
  .step('continue', Shorten, ({ input }) => input.topic, { onError: 'continue' })
  .step('skip', Shorten, ({ input }) => input.topic, { whenUnavailable: 'skip' })
  .step('certain', Shorten, ({ input }) => input.topic, {
    optional: false,
    onError: 'fail',
    whenUnavailable: 'queue',
  })
  .step('fallback', Shorten, ({ input }) => input.topic, { fallback: { use: Either } })
  .output(({ steps }) => steps);
const waits = begun
  .sleep('sleep', '1s')
  .approval('approval', () => 'Sure?')
  .signal('open')
  .signal('paid', { type: Count })
  .signal('late', { type: Count, onTimeout: 'continue' })
  .output(({ steps }) => steps);
const loops = begun
  .forEach(({ steps }) => steps.research.findings)
  .step('each', Shorten, ({ item }) => item.text)
  .forEach(({ steps }) => steps.each)
  .step('softly', Shorten, ({ item }) => item, { optional: true })
  .step('open', 'anything', () => ({ any: ['json'] }))
  .output(({ steps }) => steps);

type Conditional = WorkflowOutput<typeof conditional>;
type Waits = WorkflowOutput<typeof waits>;
type Loops = WorkflowOutput<typeof loops>;
type ArticleAfter = { title: string; pages: number };

export type Inferred = [
  // What a caller gives: members that may be left out are optional.
  Expect<
    Equal<
      Flat<WorkflowInput<typeof inner>>,
      { readonly topic: string; readonly tone?: 'dry' | 'lively'; readonly mood?: 'dry' | 'lively' }
    >
  >,
  // What a run gives: outputs after validation, with literals among them.
  Expect<Equal<WorkflowOutput<typeof inner>['article'], ArticleAfter>>,
  Expect<Equal<WorkflowOutput<typeof inner>['first'], string>>,
  // A step that may be skipped or fail may have no output.
  Expect<Equal<Conditional['when'], ArticleAfter | null>>,
  Expect<Equal<Conditional['optional'], string | null>>,
  Expect<Equal<Conditional['continue'], string | null>>,
  Expect<Equal<Conditional['skip'], string | null>>,
  Expect<Equal<Conditional['certain'], string>>,
  // A fallback may give something else.
  Expect<Equal<Conditional['fallback'], string | ArticleAfter>>,
  Expect<Equal<Waits['sleep'], null>>,
  Expect<
    Equal<Waits['approval'], { readonly approved: boolean; readonly comment?: string; readonly by?: string }>
  >,
  Expect<Equal<Waits['open'], unknown>>,
  Expect<Equal<Waits['paid'], number>>,
  Expect<Equal<Waits['late'], number | null>>,
  // A step that is done for each item gives a list.
  Expect<Equal<Loops['each'], string[]>>,
  Expect<Equal<Loops['softly'], (string | null)[] | null>>,
  Expect<Equal<Loops['open'], unknown>>,
];

// What fits ------------------------------------------------------------------------------------------------------------

export const fits = [
  () => begun.step('a', Write, ({ steps }) => steps.research),
  () => begun.step('a', Write, () => ({ findings: [{ text: 'literal', score: 1 }] })),
  () =>
    begun.step('a', Write, ({ steps, input }) => ({
      findings: [at(steps.research.findings, 1), { text: input.topic, score: 2 }],
    })),
  () => begun.step('a', Either, ({ input }) => input.topic).step('b', Either, ({ steps }) => steps.research),
  () => begun.step('a', Both, ({ steps, input }) => ({ report: steps.research, topic: input.topic })),
  () =>
    begun.step('a', Shorten, ({ input }) => text`On ${input.topic} of ${3}`, {
      after: ['research'],
    }),
  () => begun.step('a', Shorten, ({ steps }) => orElse(steps.research.note, 'none')),
  () => begun.step('a', Shorten, ({ steps }) => expr<string>`${steps.research.note} + "!"`),
  () => begun.step('a', Shorten, ({ input }) => input.mood),
  () => begun.step('a', Styled, ({ input }) => ({ title: input.topic, rivals: null })),
  () =>
    begun.step('a', Styled, ({ input }) => ({
      title: 'x',
      tone: orElse(input.tone, input.mood),
      rivals: ['b', input.topic],
    })),
  () => begun.step('a', 'open', ({ steps, input }) => [steps.research, { deep: [input] }, null, 1]),
  () => begun.step('a', 'open', () => null).step('b', Write, ({ steps }) => typed(steps.a, Report)),
  () =>
    begun
      .step('a', Write, ({ steps }) => steps.research, { optional: true, after: [] })
      .step('b', Styled, ({ steps }) => ({ title: present(steps.a).title, rivals: null }), {
        when: ({ steps }) => expr`${statusOf(steps.a)} == "succeeded" && ${errorOf(steps.a)} == null`,
      }),
  () =>
    begun
      .nested('a', inner, ({ input }) => ({ topic: input.topic }))
      .step('b', Shorten, ({ steps }) => steps.a.first),
  () =>
    begun.step(
      'a',
      Shorten,
      ({ input, previous, iteration }) => text`${iteration} ${orElse(previous, input.topic)}`,
      { repeat: { until: ({ output }) => expr`size(${output}) < 9`, max: 3 } },
    ),
  () =>
    begun.step('a', Write, ({ steps }) => steps.research, {
      compensate: { use: 'undo', input: ({ output }) => output.title },
    }),
  () => begun.forEach(() => [{ n: 1 }]).step('a', 'open', ({ item, index }) => [item.n, index]),
];

// What does not ----------------------------------------------------------------------------------------------------------

export const refused = [
  // @ts-expect-error The output of research is a report, not a text.
  () => begun.step('a', Shorten, ({ steps }) => steps.research),
  // @ts-expect-error A member of the wrong type.
  () => begun.step('a', Shorten, ({ steps }) => at(steps.research.findings, 0).score),
  // @ts-expect-error A literal of the wrong type.
  () => begun.step('a', Shorten, () => 3),
  // @ts-expect-error There is no such step.
  () => begun.step('a', Write, ({ steps }) => steps.reserch),
  // @ts-expect-error That step is declared further down.
  () => begun.step('a', Write, ({ steps }) => steps.b).step('b', Write, ({ steps }) => steps.research),
  // @ts-expect-error A step does not see itself.
  () => begun.step('a', Write, ({ steps }) => steps.a),
  // @ts-expect-error The input has no such member.
  () => begun.step('a', Shorten, ({ input }) => input.subject),
  // @ts-expect-error The output has no such member.
  () => begun.step('a', Shorten, ({ steps }) => steps.research.title),
  // @ts-expect-error The id is taken.
  () => begun.step('research', Research, ({ input }) => input.topic),
  // @ts-expect-error It follows a step that is not declared above.
  () => begun.step('a', Shorten, ({ input }) => input.topic, { after: ['write'] }),
  // @ts-expect-error The first step has none above it.
  () => start.step('a', Shorten, ({ input }) => input.topic, { after: ['research'] }),
  // @ts-expect-error What is optional may be missing.
  () => begun.step('a', Shorten, ({ input }) => input.tone),
  // @ts-expect-error An optional member takes no reference to what may be missing: the run would fail.
  () => begun.step('a', Styled, ({ input }) => ({ title: 'x', tone: input.tone, rivals: null })),
  // @ts-expect-error A required member is missing.
  () => begun.step('a', Both, ({ input }) => ({ topic: input.topic })),
  // @ts-expect-error A member that the contract does not have.
  () => begun.step('a', Both, ({ steps }) => ({ report: steps.research, topic: 'x', tone: 'dry' })),
  () =>
    begun
      .step('a', Write, ({ steps }) => steps.research, { when: () => true })
      // @ts-expect-error A step with a condition may have no output.
      .step('b', Shorten, ({ steps }) => steps.a.title),
  () =>
    begun
      .step('a', Research, ({ input }) => input.topic, { optional: true })
      // @ts-expect-error So may one that is optional.
      .step('b', Write, ({ steps }) => steps.a),
  // @ts-expect-error The output comes converted, as a number.
  () => start.step('a', Birthday, () => '7').step('b', Birthday, ({ steps }) => steps.a),
  // @ts-expect-error Nothing is known of the output of an open contract.
  () => begun.step('a', 'open', () => 1).step('b', Write, ({ steps }) => steps.a),
  // @ts-expect-error A condition is no text.
  () => begun.step('a', Shorten, ({ input }) => input.topic, { when: () => 'true' }),
  // @ts-expect-error A condition is true or false.
  () => begun.step('a', Shorten, ({ input }) => input.topic, { when: () => expr<number>`1` }),
  // @ts-expect-error An expression is a condition, unless it says what else it is.
  () => begun.step('a', Shorten, ({ input }) => expr`${input.topic}`),
  // @ts-expect-error A text is no part of an expression.
  () => expr`${text`a ${'b'}`} == "ab"`,
  // @ts-expect-error Unknown options are mistakes.
  () => begun.step('a', Shorten, ({ input }) => input.topic, { timout: '3s' }),
  // @ts-expect-error So are unknown options further in.
  () => begun.step('a', Shorten, ({ input }) => input.topic, { retry: { attempts: 3, dealy: '1s' } }),
  // @ts-expect-error A nested workflow is not routed.
  () => begun.nested('a', inner, ({ input }) => ({ topic: input.topic }), { strategy: 'first' }),
  // @ts-expect-error The input of the nested workflow lacks a member.
  () => begun.nested('a', inner, () => ({})),
  () =>
    begun
      .nested('a', inner, ({ input }) => ({ topic: input.topic }))
      // @ts-expect-error The output of the nested workflow has no such member.
      .step('b', Shorten, ({ steps }) => steps.a.last),
  // @ts-expect-error A report is no list.
  () => begun.forEach(({ steps }) => steps.research),
  // @ts-expect-error The item has no such member.
  () => begun.forEach(({ steps }) => steps.research.findings).step('a', Shorten, ({ item }) => item.title),
  // @ts-expect-error The item is called otherwise.
  () => begun.forEach(() => ['a'], { as: 'word' }).step('a', Shorten, ({ item }) => item),
  // @ts-expect-error A workflow does not end behind forEach.
  () => begun.forEach(() => ['a']).build(),
  // @ts-expect-error There is no item without forEach.
  () => begun.step('a', Shorten, ({ item }) => item),
  // @ts-expect-error The fallback does not take the input of the step, so it needs one of its own.
  () => begun.step('a', Write, ({ steps }) => steps.research, { fallback: { use: Shorten } }),
  // @ts-expect-error The undo does not take the output of the step, so it needs an input.
  () => begun.step('a', Write, ({ steps }) => steps.research, { compensate: { use: Shorten } }),
  () =>
    begun.step('a', Write, ({ steps }) => steps.research, {
      // @ts-expect-error The undo takes a text.
      compensate: { use: Shorten, input: ({ output }) => output.pages },
    }),
  // @ts-expect-error The input is declared before the steps.
  () => begun.input({ topic: Topic }),
  // @ts-expect-error The members of the input are data types.
  () => workflow('a').input({ topic: z.string() }),
  // @ts-expect-error The default does not fit the type.
  () => optional(Tone, 'loud'),
  // @ts-expect-error A message is a text.
  () => begun.approval('a', ({ steps }) => steps.research),
  // @ts-expect-error There is no such meaning of a timeout.
  () => begun.approval('a', () => 'Sure?', { onTimeout: 'continue' }),
  // @ts-expect-error A sleep is not retried.
  () => begun.sleep('a', '1s', { retry: { attempts: 2 } }),
];
