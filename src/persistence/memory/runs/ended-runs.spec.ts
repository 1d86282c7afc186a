import fc from 'fast-check';
import { newRun } from '../../../testing/builders/run-builder.js';
import { EndedRuns } from './ended-runs.js';
import { HeldRun } from './held-run.js';

describe('EndedRuns', () => {
  const heldRun = (): HeldRun =>
    new HeldRun({ ...newRun(), status: 'succeeded', epoch: 1, costUsd: 0, waits: [] });

  it('holds runs in the order they ended, whichever leave', () => {
    const act = fc.oneof(
      { weight: 3, arbitrary: fc.constant('end') },
      { weight: 2, arbitrary: fc.constant('forget') },
      { weight: 1, arbitrary: fc.nat().map((at) => ({ again: at })) },
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const ended = new EndedRuns();
        const model: HeldRun[] = [];
        for (const one of acts) {
          if (one === 'end') {
            const held = heldRun();
            ended.add(held);
            model.push(held);
          } else if (one === 'forget') {
            const first = model.shift();
            expect(ended.first).toBe(first);
            if (first !== undefined) ended.remove(first);
          } else {
            const [held] = model.splice(one.again % (model.length || 1), 1);
            if (held !== undefined) ended.remove(held);
            if (held !== undefined) ended.remove(held);
          }
          expect(ended.count).toBe(model.length);
          expect(ended.first).toBe(model[0]);
        }
        expect(ended.all()).toEqual(model);
        expect(model.every(({ endedAs }) => endedAs !== undefined)).toBe(true);
      }),
    );
  });

  it('keeps the order, and who is who, while thousands pass', () => {
    const ended = new EndedRuns();
    const here: HeldRun[] = [];
    for (let at = 0; at < 5_000; at += 1) {
      const held = heldRun();
      ended.add(held);
      here.push(held);
      if (here.length > 10) {
        expect(ended.first).toBe(here[0]);
        ended.remove(here.shift()!);
      }
    }
    ended.remove(here.splice(5, 1)[0]!);
    expect(ended.all()).toEqual(here);
  });
});
