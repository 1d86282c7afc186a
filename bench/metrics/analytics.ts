import { LOAD_POINTS, waitErrorAt } from '../../src/testing/trials/load-points.js';
import { heldShares, type WhatIfCase } from '../../src/testing/trials/what-if-cases.js';
import { median } from '../sampling.js';
import { atMost, percentFinely, type Measurement, type Row } from '../table.js';

/** Of the simulated wait, or 1 % of the service time where that is more. */
const MOST_ERROR = 0.1;

const CASES = 400;
const [LEAST_HELD, MOST_HELD] = [0.93, 0.97];

interface Mix extends WhatIfCase {
  readonly subject: string;
}

const MIXES: readonly Mix[] = [
  { subject: 'agents equally likely', count: 300, propensities: [1 / 3, 1 / 3, 1 / 3] },
  { subject: 'the cheapest chosen once in ten tasks', count: 900, propensities: [0.1, 0.3, 0.6] },
];

/** Whether analytics can be believed: against queues that are simulated, and recorded choices of which the truth is known. */
export const analytics: Measurement = {
  name: 'analytics',
  title: 'analytics against the simulated truth',
  async measure() {
    return [...predictWaits(), ...MIXES.map(judgeCases)];
  },
};

function predictWaits(): Row[] {
  const errors = LOAD_POINTS.map(waitErrorAt);
  const worst = Math.max(...errors);
  const loads = `mean wait predicted for ${LOAD_POINTS.length} loads from 50 to 95 %`;
  return [
    {
      subject: `${loads}: worst error`,
      figure: percentFinely(worst),
      target: atMost(worst, MOST_ERROR, percentFinely),
    },
    { subject: `${loads}: median error`, figure: percentFinely(median(errors)) },
  ];
}

function judgeCases({ subject, ...what }: Mix): Row {
  const { costUsd, successRatio, durationMs } = heldShares(what, CASES);
  const others = `success ${percentFinely(successRatio)}, duration ${percentFinely(durationMs)}`;
  return {
    subject: `what-if, ${subject}: 95 % intervals that hold the cost, of ${CASES}; ${others}`,
    figure: percentFinely(costUsd),
    target: {
      text: `${percentFinely(LEAST_HELD)} to ${percentFinely(MOST_HELD)}`,
      isReached: costUsd >= LEAST_HELD && costUsd <= MOST_HELD,
    },
  };
}
