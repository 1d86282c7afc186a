import type { TaskRun } from './task-run.js';

/**
 * The tasks under way, in no order.
 *
 * A list in which the last one takes the place of the one that leaves. A `Set` through which tasks pass all the time keeps
 * them alive for longer than they live: with 64 tasks at a time it doubled the processor time of a task (see bench).
 */
export class RunningTasks {
  readonly #tasks: TaskRun[] = [];

  get count(): number {
    return this.#tasks.length;
  }

  add(task: TaskRun): void {
    task.place = this.#tasks.length;
    this.#tasks.push(task);
  }

  remove(task: TaskRun): void {
    const last = this.#tasks.pop();
    if (last === undefined || last === task) return;
    last.place = task.place;
    this.#tasks[task.place] = last;
  }

  /** The tasks as they are now; tasks may end while one looks through them. */
  all(): readonly TaskRun[] {
    return [...this.#tasks];
  }
}
