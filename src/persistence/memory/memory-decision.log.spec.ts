import { describeDecisionLog } from '../../testing/contracts/decision-log.contract.js';
import { decisionOf } from '../../testing/builders/decisions.js';
import { MemoryDecisionLog } from './memory-decision.log.js';

describe('MemoryDecisionLog', () => {
  describeDecisionLog(async (maxKept) => new MemoryDecisionLog(maxKept));

  it('keeps fewer when each has many candidates, but always the last', async () => {
    const log = new MemoryDecisionLog(10);
    const [candidate] = decisionOf('x').candidates;
    const crowd = (count: number) => Array.from({ length: count }, () => candidate!);
    for (let task = 0; task < 10; task += 1) log.record(decisionOf(`${task}`, { candidates: crowd(50) }));
    expect((await log.list({ limit: 100 })).items.map(({ taskId }) => taskId)).toEqual(['9', '8', '7', '6']);
    log.record(decisionOf('huge', { candidates: crowd(5_000) }));
    expect((await log.list({ limit: 100 })).items.map(({ taskId }) => taskId)).toEqual(['huge']);
  });
});
