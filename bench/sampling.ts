/** Work that is repeated `count` times in one go, so that the loop is compiled with it. */
export type Repeated = (count: number) => void | Promise<void>;

/** Processor time per repetition, in nanoseconds: user and system, of all threads of the process, garbage collection too. */
type CpuNs = number;

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value below which so much of the values lies, the nearest that was seen. @param ratio 0.99 for p99 */
export function percentile(values: readonly number[], ratio: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.ceil(sorted.length * ratio), sorted.length) - 1] ?? Number.NaN;
}

/** How often a call is done per second, repeated for a while in so many lanes, each of which awaits one call before the next. */
export async function ratePerSecond(
  lanes: number,
  seconds: number,
  call: (lane: number) => Promise<unknown>,
): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  const repeat = async (lane: number): Promise<void> => {
    for (; performance.now() - startedMs < seconds * 1_000; count += 1) await call(lane);
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => repeat(lane)));
  return (count * 1_000) / (performance.now() - startedMs);
}

/** Repeats a call in so many lanes, each of which awaits one call before the next. */
export function beside(lanes: number, call: () => Promise<unknown>): Repeated {
  const lane = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1) await call();
  };
  return async (count) => {
    await Promise.all(Array.from({ length: lanes }, () => lane(count / lanes)));
  };
}

/** Two ways to do the same, measured side by side. */
export interface Pair {
  /** Median over the rounds. */
  readonly bareNs: CpuNs;
  /** Median over the rounds. */
  readonly fullNs: CpuNs;
  /** Median of the differences within each round, which slow drifts of the machine do not reach. */
  readonly extraNs: CpuNs;
}

/** How often a pair is measured, and with how many repetitions each time. */
export interface PairPlan {
  readonly rounds: number;
  readonly count: number;
  /** Repetitions of each that are not counted. */
  readonly warmUp: number;
}

/** Measures two kinds of work in turns, A B B A …, after warming both up. */
export async function comparePair(
  bare: Repeated,
  full: Repeated,
  { rounds, count, warmUp }: PairPlan,
): Promise<Pair> {
  await bare(warmUp);
  await full(warmUp);
  const bares: CpuNs[] = [];
  const fulls: CpuNs[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bareFirst = round % 2 === 0;
    if (bareFirst) bares.push(await cpuPerRepetitionNs(bare, count));
    fulls.push(await cpuPerRepetitionNs(full, count));
    if (!bareFirst) bares.push(await cpuPerRepetitionNs(bare, count));
  }
  const extras = fulls.map((fullNs, round) => fullNs - bares[round]!);
  return { bareNs: median(bares), fullNs: median(fulls), extraNs: median(extras) };
}

/**
 * Runs the work once with `count` repetitions.
 *
 * Garbage is not collected by force before it: that throws compiled code away too, and doubles what `execute()` seems to cost.
 */
export async function cpuPerRepetitionNs(work: Repeated, count: number): Promise<CpuNs> {
  const before = process.cpuUsage();
  await work(count);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / count;
}
