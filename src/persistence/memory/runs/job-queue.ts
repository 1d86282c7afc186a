/** Brings one run to whoever claims it, once it is due. */
export interface Job {
  readonly runId: string;
  readonly priority: number;
  /** On the monotonic clock. */
  readonly dueMs: number;
}

/** First in, first out; the head moves instead of the members. */
class Line {
  #jobs: Job[] = [];
  #head = 0;

  push(job: Job): void {
    this.#jobs.push(job);
  }

  shift(): Job | undefined {
    const job = this.#jobs[this.#head];
    if (job === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#jobs.length && (this.#head > 1_000 || this.#head === this.#jobs.length)) {
      this.#jobs = this.#jobs.slice(this.#head);
      this.#head = 0;
    }
    return job;
  }
}

/** Jobs in the order they are to be taken: those of the highest priority first, then the one that has been ready longest. */
export class JobQueue {
  /** By priority; the priorities beside them, highest first. */
  readonly #lines = new Map<number, Line>();
  #priorities: number[] = [];
  /** Not due yet; the earliest at the end. */
  readonly #delayed: Job[] = [];

  /** When the next delayed job is due, on the monotonic clock. */
  get nextDueMs(): number | undefined {
    return this.#delayed.at(-1)?.dueMs;
  }

  add(job: Job, nowMs: number): void {
    if (job.dueMs <= nowMs) this.#ready(job);
    else this.#delayed.splice(this.#positionOf(job.dueMs), 0, job);
  }

  /** Forgets a job that is not due yet; a due one is left to whoever takes it to recognize. */
  remove(job: Job): void {
    for (let at = this.#positionOf(job.dueMs); this.#delayed[at]?.dueMs === job.dueMs; at++) {
      if (this.#delayed[at] !== job) continue;
      this.#delayed.splice(at, 1);
      return;
    }
  }

  take(nowMs: number): Job | undefined {
    while (this.nextDueMs !== undefined && this.nextDueMs <= nowMs) this.#ready(this.#delayed.pop()!);
    for (const priority of this.#priorities) {
      const job = this.#lines.get(priority)!.shift();
      if (job !== undefined) return job;
    }
    return undefined;
  }

  #ready(job: Job): void {
    let line = this.#lines.get(job.priority);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(job.priority, line);
      this.#priorities = [...this.#lines.keys()].sort((a, b) => b - a);
    }
    line.push(job);
  }

  /** The first place whose job is due at this moment or earlier: of equal ones the later comes to stand before, and is taken after. */
  #positionOf(dueMs: number): number {
    let low = 0;
    let high = this.#delayed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#delayed[middle]!.dueMs > dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
