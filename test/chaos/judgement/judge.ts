import type { Execution, Story } from './executions.js';
import type { Journals, Result, RunRow } from './journal.js';
import type { StartedRun } from '../load.js';

/** All that is known of one run. */
interface Case {
  readonly started: StartedRun;
  readonly row: RunRow;
  readonly results: readonly Result[];
  readonly executions: readonly Execution[];
  readonly ends: number;
}

/** What is wrong with the runs; nothing when all is well. */
export function judge(runs: readonly StartedRun[], journals: Journals, story: Story): string[] {
  const violations = findOddRows(runs, journals.rows);
  const rows = new Map(journals.rows.map((row) => [row.id, row]));
  for (const started of runs) {
    const { runId, workload } = started;
    const row = rows.get(runId);
    const results = journals.results.get(runId) ?? [];
    const executions = story.executions.get(runId) ?? [];
    const problems =
      row === undefined
        ? ['is lost']
        : findProblems({ started, row, results, executions, ends: journals.ends.get(runId) ?? 0 });
    violations.push(...problems.map((problem) => `${workload.kind} ${runId} ${problem}`));
  }
  violations.push(...story.abandoned.map((runId) => `${runId} was cut and taken up by nobody`));
  return violations;
}

/** One row for each start, and no job left that names one. */
function findOddRows(runs: readonly StartedRun[], rows: readonly RunRow[]): string[] {
  const keys = new Set(runs.map(({ idempotencyKey }) => idempotencyKey));
  const problems = rows.flatMap(({ id, idempotency_key: key, job_id: jobId }) => [
    ...(keys.delete(key) ? [] : [`${id} was started once too often: ${key}`]),
    ...(jobId === null ? [] : [`${id} has a job left`]),
  ]);
  return [...problems, ...[...keys].map((key) => `the start ${key} is lost`)];
}

function findProblems(run: Case): string[] {
  const problems = [
    ...findWrongEnd(run),
    ...findWrongKeys(run),
    ...findStrangeInputs(run),
    ...run.results.flatMap((result) => findRepetitions(run, result)),
  ];
  for (const { key, node } of run.executions.filter(({ isStray }) => isStray)) {
    problems.push(`had ${key} begun by ${node}, which had lost it`);
  }
  const keysOfSteps = Map.groupBy(run.executions, ({ key }) => key);
  for (const [key, executions] of keysOfSteps) {
    const names = new Set(executions.map(({ idempotencyKey }) => idempotencyKey));
    if (names.size > 1) problems.push(`gave ${key} ${names.size} idempotency keys`);
  }
  return problems;
}

function findWrongEnd({ started: { workload, isCanceled }, row, ends }: Case): string[] {
  const problems: string[] = [];
  const { status, output } = row;
  const isRight = status === workload.status || (isCanceled && status === 'canceled');
  if (!isRight) problems.push(`is ${status}, not ${workload.status}: ${JSON.stringify(row.failure)}`);
  if (status === 'succeeded' && output?.value !== workload.value) {
    problems.push(`came to ${JSON.stringify(output)}, not ${workload.value}`);
  }
  if (ends !== 1) problems.push(`ended ${ends} times`);
  return problems;
}

/** Each result is there once, none is missing, and steps are undone in reverse order where the run did not end well. */
function findWrongKeys({ started: { workload }, row, results }: Case): string[] {
  const keys = results.map(({ key }) => key);
  const succeeded = results.flatMap(({ key, status }) => (status === 'succeeded' ? key : []));
  const repeated = keys.filter((key, place) => keys.indexOf(key) !== place);
  const undo = succeeded.filter((key) => workload.undoable?.includes(key)).map((key) => `${key}~undo`);
  const undone = keys.filter((key) => key.endsWith('~undo'));
  const wanted = row.status === 'succeeded' ? [] : undo.toReversed();
  const problems = repeated.map((key) => `has two results of ${key}`);
  if (undone.join() !== wanted.join()) problems.push(`undid ${undone.join()}, not ${wanted.join()}`);
  if (row.status === workload.status && keys.toSorted().join() !== workload.keys.toSorted().join()) {
    problems.push(`has results of ${keys.join()}`);
  }
  return problems;
}

/** Whoever worked for the run got results that were kept: one that was not kept reached nobody. */
function findStrangeInputs({ results, executions }: Case): string[] {
  const kept = new Set(['start', 'signal']);
  for (const { output } of results) kept.add((output as { mark?: string } | null | undefined)?.mark ?? '');
  return executions.flatMap(({ key, of }) =>
    of.some((mark) => !kept.has(mark)) ? [`had ${key} work with a result that was not kept`] : [],
  );
}

/** A result is that of an execution that came to its end, and none begins after it is kept. */
function findRepetitions({ executions }: Case, { key, epoch, taskId, status }: Result): string[] {
  if (taskId === undefined) return [];
  const tries = executions.filter((execution) => execution.key === key);
  const kept = tries.findLastIndex((execution) => execution.taskId === taskId);
  if (status === 'succeeded' && !tries[kept]?.isDone) return [`has a result of ${key} that nobody made`];
  // A last try for which there was nobody has no execution: those of its claim came before it.
  const last = kept < 0 ? tries.length : kept;
  const again = tries.filter(
    (execution, place) => execution.epoch > epoch || (execution.epoch === epoch && place > last),
  );
  return again.map(({ node }) => `had ${key} done again by ${node}, though its result was kept`);
}
