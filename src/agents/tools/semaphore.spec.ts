import fc from 'fast-check';
import { Semaphore } from './semaphore.js';

const NEVER = new AbortController().signal;

/** Lets everything that is ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe('Semaphore', () => {
  it('lets its number of holders in and the next when one leaves', async () => {
    const semaphore = new Semaphore(2);
    const entered: number[] = [];
    for (const n of [1, 2, 3, 4]) void semaphore.acquire(NEVER).then(() => entered.push(n));
    await settle();
    expect(entered).toEqual([1, 2]);
    semaphore.release();
    await settle();
    expect(entered).toEqual([1, 2, 3]);
  });

  it('keeps a place that was given back for whoever comes next', async () => {
    const semaphore = new Semaphore(1);
    await semaphore.acquire(NEVER);
    semaphore.release();
    await expect(semaphore.acquire(NEVER)).resolves.toBeUndefined();
  });

  it('does not let a newcomer pass those who wait', async () => {
    const semaphore = new Semaphore(1);
    const entered: string[] = [];
    await semaphore.acquire(NEVER);
    void semaphore.acquire(NEVER).then(() => entered.push('waiting'));
    semaphore.release();
    void semaphore.acquire(NEVER).then(() => entered.push('newcomer'));
    await settle();
    expect(entered).toEqual(['waiting']);
  });

  it('turns away at once whose signal is aborted, even when there is a place', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.acquire(AbortSignal.abort(new RangeError('gone')))).rejects.toThrow('gone');
    await expect(semaphore.acquire(NEVER)).resolves.toBeUndefined();
  });

  it('lets whoever aborts leave the line, and the next move up', async () => {
    const semaphore = new Semaphore(1);
    const controller = new AbortController();
    const entered: string[] = [];
    await semaphore.acquire(NEVER);
    const leaving = semaphore.acquire(controller.signal);
    void semaphore.acquire(NEVER).then(() => entered.push('patient'));
    controller.abort(new RangeError('tired'));
    await expect(leaving).rejects.toThrow('tired');
    semaphore.release();
    await settle();
    expect(entered).toEqual(['patient']);
  });

  it('does not take a place back from whoever aborts after entering', async () => {
    const semaphore = new Semaphore(1);
    const controller = new AbortController();
    await semaphore.acquire(NEVER);
    const waiting = semaphore.acquire(controller.signal);
    semaphore.release();
    controller.abort(new RangeError('late'));
    await expect(waiting).resolves.toBeUndefined();
    semaphore.release();
    await expect(semaphore.acquire(NEVER)).resolves.toBeUndefined();
  });

  it('never holds more than its number and loses no place, whatever happens', async () => {
    const steps = fc.array(fc.constantFrom('acquire', 'release', 'abort'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (permits, happening) => {
        const semaphore = new Semaphore(permits);
        const waiting = new Set<AbortController>();
        let held = 0;
        const enter = async (controller: AbortController): Promise<void> => {
          const entered = await semaphore.acquire(controller.signal).then(
            () => 1,
            () => 0,
          );
          held += entered;
          waiting.delete(controller);
        };
        for (const step of happening) {
          const [first] = waiting;
          if (step === 'abort') first?.abort(new RangeError('left'));
          else if (step === 'release' && held > 0) {
            held -= 1;
            semaphore.release();
          } else if (step === 'acquire') {
            const controller = new AbortController();
            waiting.add(controller);
            void enter(controller);
          }
          await settle();
          expect(held).toBeLessThanOrEqual(permits);
          expect(waiting.size === 0 || held === permits).toBe(true);
        }
      }),
    );
  });
});
