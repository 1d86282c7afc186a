import {
  playFailingAgent,
  TRIAL_TASKS,
  type Damage,
  type FailingAgentTrial,
} from '../../src/testing/trials/failing-agent.js';
import { atMost, percentFinely, type Measurement, type Row } from '../table.js';

const SEEDS = [1, 2, 3, 4, 5];

/** What one of three agents that breaks costs, with breakers, ejection and fallback as they are by default: in the simulator. */
export const failing: Measurement = {
  name: 'failing',
  title: `one of three agents breaks, ${TRIAL_TASKS} tasks, worst of ${SEEDS.length} seeds`,
  async measure() {
    const rows: Row[] = [];
    for (const strategy of ['adaptive', 'round-robin', 'least-loaded']) {
      for (const [breakdown, most] of [
        ['at once', 0.01],
        ['by and by', 0],
      ] as const) {
        rows.push(...(await play(strategy, breakdown, most)));
      }
    }
    return rows;
  },
};

async function play(
  strategy: string,
  breakdown: FailingAgentTrial['breakdown'],
  most: number,
): Promise<Row[]> {
  const damages: Damage[] = [];
  for (const seed of SEEDS) damages.push(await playFailingAgent({ breakdown, strategy, seed }));
  const failedRatio = Math.max(...damages.map(({ failed }) => failed)) / TRIAL_TASKS;
  const given = Math.max(...damages.map(({ givenWhileOpen }) => givenWhileOpen));
  const trials = Math.max(...damages.map((damage) => damage.trials));
  const subject = `${strategy}, ${breakdown}`;
  return [
    {
      subject: `${subject}: tasks that failed`,
      figure: percentFinely(failedRatio),
      target: atMost(failedRatio, most, percentFinely),
    },
    {
      subject: `${subject}: attempts at it while its circuit was open; ${trials} to try it`,
      figure: String(given),
      target: atMost(given, 0, String),
    },
  ];
}
