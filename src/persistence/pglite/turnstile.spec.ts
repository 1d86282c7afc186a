import fc from 'fast-check';
import { Turnstile } from './turnstile.js';

describe('Turnstile', () => {
  it('starts work in order, and exclusive work alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ isExclusive: fc.boolean(), turns: fc.nat(3), fails: fc.boolean() }), {
          maxLength: 12,
        }),
        async (jobs) => {
          const turnstile = new Turnstile();
          const started: number[] = [];
          let exclusive = 0;
          const passed = await Promise.allSettled(
            jobs.map(({ isExclusive, turns, fails }, index) => {
              const work = async (): Promise<void> => {
                expect(exclusive).toBe(0);
                started.push(index);
                if (isExclusive) exclusive += 1;
                for (let turn = 0; turn < turns; turn++) await Promise.resolve();
                if (isExclusive) exclusive -= 1;
                if (fails) throw new TypeError('failed');
              };
              return isExclusive ? turnstile.passAlone(work) : turnstile.pass(work);
            }),
          );
          expect(started).toEqual(jobs.map((_, index) => index));
          expect(passed.map(({ status }) => status === 'rejected')).toEqual(jobs.map(({ fails }) => fails));
        },
      ),
    );
  });
});
