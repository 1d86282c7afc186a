import { didYouMean, nearestNames } from '../../common/index.js';
import type { KnownNames, TemplateProblem } from './expression.types.js';
import { type Reference, type Segment, writeReference } from './evaluation/paths.js';

/** What there is of a step and of a run, see `StepView` and `Scope`. */
const STEP_MEMBERS = ['output', 'status', 'error'];
const RUN_MEMBERS = ['id', 'workflow', 'startedAt'];

/** Names that people look for and what to write instead. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    'now',
    'A run is replayed after a crash and must find the same again: there is run.startedAt, but no clock.',
  ],
  ['undefined', 'Ask has(a.b) whether there is a member b.'],
  ['env', 'Nothing of the machine can be read; give what is needed with the input.'],
]);

/** Looks whether the plain references of an expression refer to something, and notes what they refer to. */
export class ReferenceChecker {
  readonly stepIds = new Set<string>();
  readonly inputMembers = new Set<string>();
  /** Whether the value depends on the run at all. */
  hasReferences = false;

  constructor(
    private readonly names: KnownNames,
    private readonly problems: Omit<TemplateProblem, 'path'>[],
  ) {}

  check({ root, segments }: Reference): void {
    this.hasReferences = true;
    if (root === 'steps') this.#checkStep(segments);
    else if (root === 'input') this.#checkInput(segments[0]);
    else if (root === 'run') this.#checkMember('run', segments[0], RUN_MEMBERS);
    else if (!this.names.extra.has(root)) this.#reportVariable(root);
  }

  #checkStep([id, member]: readonly Segment[]): void {
    if (typeof id !== 'string') {
      // A step that is named by data could be one that has not ended: the value would depend on which branch was faster.
      const message = 'steps can only be used with the id of one of them: steps.research.output';
      this.problems.push({ code: 'EXPRESSION_INVALID', message });
      return;
    }
    this.stepIds.add(id);
    const place = writeReference('steps', [id]);
    if (!this.names.steps.has(id)) this.#report(`there is no step "${id}" to refer to`, id, this.names.steps);
    else this.#checkMember(place, member, STEP_MEMBERS);
  }

  #checkInput(member: Segment | undefined): void {
    if (typeof member === 'string') this.inputMembers.add(member);
    if (this.names.input !== undefined) this.#checkMember('input', member, this.names.input);
  }

  #checkMember(place: string, member: Segment | undefined, known: Iterable<string>): void {
    if (member === undefined) return;
    const names = [...known];
    if (names.includes(String(member))) return;
    const rest = names.length <= 5 ? `; it has ${names.join(', ') || 'no members'}` : '';
    this.#report(`${place} has no "${String(member)}"${rest}`, String(member), names);
  }

  #reportVariable(name: string): void {
    const { steps, input, extra } = this.names;
    let remedy = REMEDIES.get(name);
    if (steps.has(name))
      remedy = `Write ${writeReference('steps', [name, 'output'])} for what the step gave.`;
    else if (input?.has(name))
      remedy = `Write ${writeReference('input', [name])} for the member of the input.`;
    const known = ['input', 'steps', 'run', ...extra];
    const message = `there is no "${name}" here; there is ${known.join(', ')}`;
    if (remedy === undefined) this.#report(message, name, known);
    else this.problems.push({ code: 'REFERENCE_UNKNOWN', message: `${message}. ${remedy}` });
  }

  #report(message: string, name: string, known: Iterable<string>): void {
    const suggestion = didYouMean(nearestNames(name, known));
    this.problems.push({ code: 'REFERENCE_UNKNOWN', message: `${message}.${suggestion}` });
  }
}
