import { RESULTS, type LoggedRelease, type RecordedTask, type TaskResult } from './recorded-task.js';

interface Sums extends Record<keyof TaskResult, number> {
  count: number;
}

/**
 * Expects of a release what it came to before at the same capability and input type; the mean of all releases there weighs as much as one
 * task of its own.
 */
export class ResultModel {
  readonly #sums = new Map<string, Sums>();

  /** For each candidate of the task. */
  expect({ decision }: RecordedTask): TaskResult[] {
    const place = placeOf(decision);
    const all = this.#of(place);
    return decision.candidates.map((candidate) => {
      const own = this.#of(place + releaseOf(candidate));
      const blend = (name: keyof TaskResult): number =>
        (own[name] + (all.count > 0 ? all[name] / all.count : 0)) / (own.count + 1);
      return { costUsd: blend('costUsd'), success: blend('success'), durationMs: blend('durationMs') };
    });
  }

  learn({ decision, result }: RecordedTask): void {
    const place = placeOf(decision);
    for (const sums of [this.#of(place), this.#of(place + releaseOf(decision.chosen))]) {
      sums.count += 1;
      for (const name of RESULTS) sums[name] += result[name];
    }
  }

  #of(key: string): Sums {
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      sums = { count: 0, costUsd: 0, success: 0, durationMs: 0 };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}

/** Names of capabilities and types have no line breaks. */
function placeOf({ capability, inputType }: RecordedTask['decision']): string {
  return `${capability}\n${inputType}\n`;
}

function releaseOf({ agent, version }: LoggedRelease): string {
  return `${agent}@${version}`;
}
