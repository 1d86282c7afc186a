import fc from 'fast-check';
import { JobQueue, type Job } from './job-queue.js';

const job = fc.record({
  runId: fc.string({ maxLength: 3 }),
  priority: fc.integer({ min: -2, max: 2 }),
  dueMs: fc.integer({ min: 0, max: 5 }),
});
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), job }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const) }) },
);

describe('JobQueue', () => {
  it('gives the job of the highest priority that became ready first, as a plain list would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = new JobQueue();
        let delayed: Job[] = [];
        const ready: Job[] = [];
        let nowMs = 0;
        const comeDue = (): void => {
          const due = delayed.filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs);
          delayed = delayed.filter(({ dueMs }) => dueMs > nowMs);
          ready.push(...due);
        };
        for (const action of steps) {
          if (action.kind === 'pass') nowMs += 1;
          else if (action.kind === 'add') {
            queue.add(action.job, nowMs);
            if (action.job.dueMs > nowMs) delayed.push(action.job);
            else ready.push(action.job);
          } else if (action.kind === 'remove') {
            const [removed] = delayed.splice(action.index, 1);
            if (removed !== undefined) queue.remove(removed);
          } else {
            comeDue();
            const first = ready.toSorted((a, b) => b.priority - a.priority)[0];
            if (first !== undefined) ready.splice(ready.indexOf(first), 1);
            expect(queue.take(nowMs)).toBe(first);
          }
        }
        expect(queue.nextDueMs).toBe(
          delayed.length === 0 ? undefined : Math.min(...delayed.map(({ dueMs }) => dueMs)),
        );
      }),
    );
  });

  it('keeps its order over thousands of jobs', () => {
    const queue = new JobQueue();
    const taken: string[] = [];
    for (let index = 0; index < 5_000; index++) queue.add({ runId: String(index), priority: 0, dueMs: 0 }, 0);
    for (let index = 0; index < 3_000; index++) taken.push(queue.take(0)!.runId);
    for (let index = 5_000; index < 6_000; index++)
      queue.add({ runId: String(index), priority: 0, dueMs: 0 }, 0);
    for (let next = queue.take(0); next !== undefined; next = queue.take(0)) taken.push(next.runId);
    expect(taken).toEqual(Array.from({ length: 6_000 }, (_, index) => String(index)));
  });
});
