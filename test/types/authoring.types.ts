/**
 * The compiler is the first reviewer of every agent: what fits its contract compiles, what does not is refused where it is
 * written. Nothing here runs; `tsc` checks this file, and each `@ts-expect-error` must have something to expect.
 */
import { z } from 'zod';
import {
  Agent,
  allOf,
  anyOf,
  capability,
  dataType,
  Provides,
  Tool,
  type CallerInput,
  type CallerOutput,
  type HandlerInput,
  type HandlerOutput,
  type Json,
  type RunContext,
  type TaskContext,
  type ToolContext,
  type TypedValue,
} from 'cadre';

/** `true` only when both are the very same type: `any` and `unknown` equal nothing but themselves. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Expect<T extends true> = T;

// The vocabulary of the examples below ------------------------------------------------------------------------------

const Query = dataType('query', z.string().min(1));
const Report = dataType('report', z.object({ text: z.string(), pages: z.number().default(1) }));
const Summary = dataType('summary', z.object({ short: z.string() }));
const Email = dataType('email', z.string());
const Age = dataType('age', z.string().transform(Number));

const Research = capability({
  name: 'research',
  description: 'Finds out.',
  input: Query,
  output: anyOf(Report, Summary),
});
const Notify = capability({
  name: 'notify',
  description: 'Sends a report to somebody.',
  input: allOf({ report: Report, to: Email }),
  output: Summary,
});
const Shorten = capability({
  name: 'shorten',
  description: 'Makes a summary of either.',
  input: anyOf(Query, Report),
  output: Summary,
});
const Birthday = capability({ name: 'birthday', description: 'Reads an age.', input: Age, output: Age });

// What is inferred -----------------------------------------------------------------------------------------------------

type ReportBefore = { text: string; pages?: number | undefined };
type ReportAfter = { text: string; pages: number };
type ShortSummary = { short: string };

export type Inferred = [
  // Callers pass what is not validated yet: members with a default may be left out.
  Expect<Equal<CallerInput<typeof Research>, string>>,
  Expect<Equal<CallerInput<typeof Shorten>, string | ReportBefore>>,
  Expect<Equal<CallerInput<typeof Notify>['report'], ReportBefore>>,
  Expect<Equal<keyof CallerInput<typeof Notify>, 'report' | 'to'>>,
  // Handlers receive what is: defaults are there, conversions are done.
  Expect<Equal<HandlerInput<typeof Shorten>, string | ReportAfter>>,
  Expect<Equal<HandlerInput<typeof Notify>['report'], ReportAfter>>,
  Expect<Equal<HandlerInput<typeof Birthday>, number>>,
  // They return what will be validated, bare or by `Type.of`.
  Expect<Equal<HandlerOutput<typeof Notify>, ShortSummary | TypedValue<ShortSummary>>>,
  Expect<Equal<HandlerOutput<typeof Birthday>, string | TypedValue<string>>>,
  // Callers get what was.
  Expect<Equal<CallerOutput<typeof Research>, ReportAfter | ShortSummary>>,
  Expect<Equal<CallerOutput<typeof Birthday>, number>>,
  // A name alone says nothing about types.
  Expect<Equal<CallerInput<'greet'>, unknown>>,
  Expect<Equal<HandlerOutput<'greet'>, unknown>>,
  // Names are kept as literals.
  Expect<Equal<(typeof Research)['name'], 'research'>>,
  Expect<Equal<(typeof Query)['name'], 'query'>>,
];

export function readContext(context: RunContext) {
  return { byType: context.get(Report), byName: context.get('report') };
}
export type Read = [
  Expect<Equal<ReturnType<typeof readContext>['byType'], ReportAfter | undefined>>,
  Expect<Equal<ReturnType<typeof readContext>['byName'], unknown>>,
];

// @Provides: what fits -------------------------------------------------------------------------------------------------

@Agent({ version: '2.0.0', maxConcurrentTasks: 4, tags: ['web'] })
export class Fits {
  @Provides(Research)
  async promises(query: string, task: TaskContext) {
    task.logger.info('searching', { length: query.length });
    return { text: query };
  }

  @Provides(Research, { estimatedDurationMs: 1_500, requiredContext: [Email] })
  answersAtOnce() {
    return Summary.of({ short: 'said of which type it is' });
  }

  @Provides(Research)
  async choosesAnAlternative(query: string) {
    return query.length > 10 ? Report.of({ text: query }) : Summary.of({ short: query });
  }

  @Provides(Research)
  async *yieldsProgress(query: string) {
    yield { percent: 50 };
    return { short: query };
  }

  @Provides(Notify)
  takesARequiredSet(input: { report: { text: string; pages: number }; to: string }) {
    return { short: `${input.to} has ${input.report.pages} pages` };
  }

  @Provides(Notify)
  takesAPartOfIt(input: { to: string }) {
    return { short: input.to };
  }

  @Provides(Shorten)
  takesAlternatives(input: string | { text: string }) {
    return { short: typeof input === 'string' ? input : input.text };
  }

  @Provides({ name: 'double', description: 'Doubles.', input: z.number(), output: z.number() })
  isDefinedInline(n: number) {
    return n * 2;
  }

  @Provides('greet')
  isOpen(name: Json) {
    return `hello ${JSON.stringify(name)}`;
  }
}

// @Provides: what does not ---------------------------------------------------------------------------------------------

export class Misfits {
  // @ts-expect-error The input is a string.
  @Provides(Research)
  wrongInput(query: number) {
    return { short: String(query) };
  }

  // @ts-expect-error The output is an object.
  @Provides(Research)
  wrongOutput(query: string) {
    return query.length;
  }

  // @ts-expect-error A member of the output has the wrong type.
  @Provides(Notify)
  wrongMemberOfOutput() {
    return { short: 3 };
  }

  // @ts-expect-error The output is neither of the two alternatives.
  @Provides(Research)
  outputOfNoAlternative(query: string) {
    return { title: query };
  }

  // @ts-expect-error The output is named as a type that is not among the alternatives.
  @Provides(Research)
  outputOfAnotherType() {
    return Email.of('someone@example.org');
  }

  // @ts-expect-error Only one of the alternatives of the input is handled.
  @Provides(Shorten)
  handlesOneAlternative(input: string) {
    return { short: input };
  }

  // @ts-expect-error The required set has no such member.
  @Provides(Notify)
  memberThatIsNotThere(input: { recipient: string }) {
    return { short: input.recipient };
  }

  // @ts-expect-error The member is there, with another type.
  @Provides(Notify)
  memberOfAnotherType(input: { to: number }) {
    return { short: String(input.to) };
  }

  // @ts-expect-error The input comes converted, as a number.
  @Provides(Birthday)
  inputBeforeValidation(age: string) {
    return age;
  }

  // @ts-expect-error The promise is of the wrong type.
  @Provides(Research)
  async wrongPromise() {
    return 3;
  }

  // @ts-expect-error What a generator returns is the output; what it yields is not.
  @Provides(Research)
  async *returnsTheWrongType(query: string) {
    yield { short: query };
    return 3;
  }

  // @ts-expect-error A generator that only yields returns nothing.
  @Provides(Research)
  async *returnsNothing(query: string) {
    yield { short: query };
  }

  // @ts-expect-error The second parameter is the task context.
  @Provides(Research)
  wrongTask(query: string, attempt: number) {
    return { short: query.repeat(attempt) };
  }

  // @ts-expect-error A handler gets two parameters.
  @Provides(Research)
  tooManyParameters(query: string, _task: TaskContext, _more: string) {
    return { short: query };
  }

  // @ts-expect-error The inline definition says number.
  @Provides({ name: 'double', description: 'Doubles.', input: z.number(), output: z.number() })
  misfitsInlineDefinition(n: string) {
    return n.length;
  }

  // @ts-expect-error Required context is made of data types, not of their names.
  @Provides(Research, { requiredContext: ['email'] })
  contextByName() {
    return { short: '' };
  }

  // @ts-expect-error Unknown options are mistakes.
  @Provides(Research, { timeout: 3 })
  unknownOption() {
    return { short: '' };
  }

  // @ts-expect-error Only methods provide capabilities.
  @Provides(Research)
  property = () => ({ short: '' });
}

// @Agent: specialists --------------------------------------------------------------------------------------------------

@Agent(Research)
export class Specialist {
  execute(query: string) {
    return { short: query };
  }
}

@Agent(Research, { name: 'fast_research', version: '1.2.0', costPerTaskUsd: 0.01 })
export class SpecialistWithOptions {
  async *execute(query: string, task: TaskContext) {
    yield task.attempt;
    return { short: query };
  }
}

@Agent(Research, Notify)
export class TwoCapabilities {
  execute(input: string | { to: string }, task: TaskContext) {
    return { short: `${task.capability} ${typeof input}` };
  }
}

@Agent(Research, Notify, 'greet', { version: '2.0.0' })
export class ManyCapabilitiesWithOptions {
  execute(input: string | { to: string }, task: TaskContext) {
    return { short: `${task.capability} ${typeof input}` };
  }
}

@Agent('greet')
export class Open {
  execute(name: string) {
    return `hello ${name}`;
  }
}

// @ts-expect-error Its `execute` takes another input.
@Agent(Research)
export class WrongInput {
  execute(query: number) {
    return { short: String(query) };
  }
}

// @ts-expect-error Its `execute` gives another output.
@Agent(Research)
export class WrongOutput {
  execute() {
    return 3;
  }
}

// @ts-expect-error It has no `execute`.
@Agent(Research)
export class NoExecute {
  research(query: string) {
    return { short: query };
  }
}

// @ts-expect-error An open contract needs a handler too.
@Agent('greet')
export class OpenWithoutExecute {}

// @ts-expect-error Its `execute` takes the input of only one of the two.
@Agent(Research, Notify)
export class OneOfTwo {
  execute(query: string) {
    return { short: query };
  }
}

// @ts-expect-error Its `execute` gives the output of only one of the two, the other being open.
@Agent('greet', Research)
export class OneOfTwoWithOpen {
  execute() {
    return 3;
  }
}

// @ts-expect-error Its `execute` takes the input of only one of three.
@Agent('greet', Research, Notify, { version: '2.0.0' })
export class OneOfThree {
  execute(query: string) {
    return { short: query };
  }
}

// @ts-expect-error Unknown options are mistakes.
@Agent({ concurrency: 4 })
export class UnknownOption {}

// @ts-expect-error A class that cannot be made cannot be in service.
@Agent(Research)
export abstract class Abstract {
  abstract execute(query: string): { short: string };
}

// Declarations -----------------------------------------------------------------------------------------------------------

export const refusedDeclarations = [
  // @ts-expect-error A required set is no output.
  () => capability({ name: 'a', description: 'A.', input: Query, output: allOf({ report: Report }) }),
  // @ts-expect-error A description is required: people and models choose by it.
  () => capability({ name: 'a', input: Query, output: Report }),
  // @ts-expect-error Required context is made of data types.
  () => capability({ name: 'a', description: 'A.', input: Query, output: Query, requiredContext: ['b'] }),
  // @ts-expect-error Alternatives are told apart by name, so each is a data type.
  () => anyOf(Query, z.string()),
  // @ts-expect-error No alternatives are no input.
  () => anyOf(),
  // @ts-expect-error The parts of a required set are data types.
  () => allOf({ query: z.string() }),
  // @ts-expect-error A data type is backed by a schema.
  () => dataType('query', String),
  // @ts-expect-error The value does not fit the type.
  () => Summary.of({ short: 3 }),
];

// @Tool ---------------------------------------------------------------------------------------------------------------------

@Tool({ input: z.object({ words: z.number().default(20) }), output: z.string(), maxConcurrency: 2 })
export class ValidatedTool {
  async use(input: { words: number }, context?: ToolContext) {
    context?.reportUsage({ inputTokens: input.words });
    return 'done';
  }
}

@Tool()
export class PlainTool {
  async use(text: string) {
    return text.length;
  }
}

// @ts-expect-error At run time every use of a tool is a promise, so an agent must not compile without `await`.
@Tool()
export class SynchronousTool {
  use(text: string) {
    return text.length;
  }
}

// @ts-expect-error Its `use` takes another input.
@Tool({ input: z.string() })
export class WrongToolInput {
  async use(input: number) {
    return input;
  }
}

// @ts-expect-error Its `use` gives another output.
@Tool({ output: z.string() })
export class WrongToolOutput {
  async use() {
    return 3;
  }
}

// @ts-expect-error It has no `use`.
@Tool()
export class NoUse {}
