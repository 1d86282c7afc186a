import { SeededRandom } from '../../src/common/index.js';
import { PerformanceBook, resolveMetricsOptions } from '../../src/metrics/index.js';
import { houseStrategies, resolveObjective, type Strategy } from '../../src/selection/index.js';
import { observationOf } from '../../src/testing/builders/observations.js';
import { buildRelease } from '../../src/testing/builders/release-builder.js';
import { selectionRequest } from '../../src/testing/builders/selection-request.js';
import { VirtualClock } from '../../src/testing/virtual-clock.js';
import { finish, readRequest } from '../child.js';
import { cpuPerRepetitionNs, median } from '../sampling.js';
import type { ChoiceFigures, ChoiceRequest } from './selection.js';

const ROUNDS = 9;
const REQUEST = selectionRequest({ capability: 'writing' });

/** Adds up what was chosen, so that no choice is optimized away. */
let chosen = 0;

/** Processor time of one choice among so many of whom something is known, and of learning one outcome. */
async function measure({ strategy: name, candidateCount }: ChoiceRequest): Promise<ChoiceFigures> {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const book = new PerformanceBook(clock, resolveMetricsOptions());
  const parts = { clock, random, book, objective: resolveObjective() };
  const strategy = houseStrategies(parts).find((one) => one.name === name) as Strategy;
  const releases = Array.from(
    { length: candidateCount },
    (_, at) => buildRelease({ name: `writer-${at}`, capabilities: ['writing'] }).release,
  );
  const outcomes = releases.map((release, at) =>
    observationOf({ release, durationMs: 100 + at, costUsd: 0.01, verdict: at % 9 ? 'succeeded' : 'failed' }),
  );
  const learn = (count: number): void => {
    for (let at = 0; at < count; at += 1) {
      const outcome = outcomes[at % outcomes.length]!;
      book.onAttempt(outcome);
      strategy.onOutcome?.(outcome.release, REQUEST, outcome);
    }
  };
  const choose = (count: number): void => {
    for (let at = 0; at < count; at += 1) chosen += strategy.select(releases, REQUEST).index;
  };
  learn(20 * candidateCount);
  const count = Math.ceil(200_000 / candidateCount);
  return { choiceNs: await medianOf(choose, count), outcomeNs: await medianOf(learn, 100_000) };
}

async function medianOf(work: (count: number) => void, count: number): Promise<number> {
  work(count);
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await cpuPerRepetitionNs(work, count));
  return median(rounds);
}

const figures = await measure(readRequest<ChoiceRequest>());
if (chosen < 0) throw new Error('nobody was chosen');
finish({ ...figures });
