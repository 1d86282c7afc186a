import fc from 'fast-check';
import type { AccountLimits, QuotaAnswer, QuotaGrant, QuotaRequest } from './ledger.types.js';
import { QuotaLedger } from './quota-ledger.js';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2030, 0, 15, 12);

function request(limits: AccountLimits, tokens = 0, costUsd = 0): QuotaRequest {
  return { demands: [{ key: 'a', quota: 'a', limits }], estimate: { tokens, costUsd } };
}

function granted(answer: QuotaAnswer): QuotaGrant {
  if (!answer.isGranted) throw new TypeError(`refused: ${answer.limit}`);
  return answer;
}

/** One account of the ledger. */
function accountOf(ledger: QuotaLedger) {
  return ledger.accounts(new Set(['a']), 10)[0];
}

describe('a ledger of quotas', () => {
  it('lets a burst begin, then one in each interval', () => {
    const ledger = new QuotaLedger();
    const twice = request({ intervalMs: 500, toleranceMs: 500 });
    expect(ledger.reserve(twice, NOON).isGranted).toBe(true);
    expect(ledger.reserve(twice, NOON).isGranted).toBe(true);
    const refusal = { isGranted: false, demand: 0, limit: 'rate' };
    expect(ledger.reserve(twice, NOON)).toEqual({ ...refusal, retryAfterMs: 500 });
    expect(ledger.reserve(twice, NOON + 400)).toEqual({ ...refusal, retryAfterMs: 100 });
    expect(ledger.reserve(twice, NOON + 500).isGranted).toBe(true);
    expect(ledger.reserve(twice, NOON + 500).isGranted).toBe(false);
  });

  it('does not wait for a clock that went ahead and came back', () => {
    const ledger = new QuotaLedger();
    const slow = request({ intervalMs: 1_000, toleranceMs: 0 });
    granted(ledger.reserve(slow, NOON + DAY_MS));
    expect(ledger.reserve(slow, NOON)).toMatchObject({ retryAfterMs: 1_000 });
  });

  it('allows so many at a time', () => {
    const ledger = new QuotaLedger();
    const one = request({ maxRunning: 1 });
    const grant = granted(ledger.reserve(one, NOON));
    const refusal = { isGranted: false, demand: 0, limit: 'concurrency', retryAfterMs: undefined };
    expect(ledger.reserve(one, NOON)).toEqual(refusal);
    ledger.settle(one, grant, { tokens: 0, costUsd: 0 });
    expect(ledger.reserve(one, NOON).isGranted).toBe(true);
  });

  it('counts the estimate until what was used is known', () => {
    const ledger = new QuotaLedger();
    const daily = request({ maxTokens: 100, maxCostUsd: 1, period: 'day' }, 60, 0.25);
    const grant = granted(ledger.reserve(daily, NOON));
    const refusal = { isGranted: false, demand: 0, limit: 'tokens', retryAfterMs: DAY_MS / 2 };
    expect(ledger.reserve(daily, NOON)).toEqual(refusal);
    ledger.settle(daily, grant, { tokens: 10, costUsd: 0.9 });
    expect(accountOf(ledger)).toEqual({
      quota: 'a',
      key: 'a',
      running: 0,
      tokens: 10,
      costUsd: expect.closeTo(0.9, 9) as number,
      periodAt: Date.UTC(2030, 0, 15),
    });
    expect(ledger.reserve(daily, NOON)).toEqual({ ...refusal, limit: 'cost' });
  });

  it('says that waiting is in vain for what never fits', () => {
    const ledger = new QuotaLedger();
    const refusal = { isGranted: false, demand: 0, retryAfterMs: undefined };
    const dear = request({ maxCostUsd: 1, period: 'day' }, 0, 2);
    expect(ledger.reserve(dear, NOON)).toEqual({ ...refusal, limit: 'cost' });
    const long = request({ maxTokens: 10, period: 'day' }, 11);
    expect(ledger.reserve(long, NOON)).toEqual({ ...refusal, limit: 'tokens' });
    expect(ledger.reserve(request({ maxTokens: 0, period: 'day' }), NOON).isGranted).toBe(false);
  });

  it('grants a budget to its last cent, in spite of the arithmetic of computers', () => {
    const ledger = new QuotaLedger();
    const tenth = request({ maxCostUsd: 0.3, period: 'day' }, 0, 0.1);
    for (let count = 0; count < 3; count++) granted(ledger.reserve(tenth, NOON));
    expect(ledger.reserve(tenth, NOON).isGranted).toBe(false);
  });

  it('begins anew with the next period, and leaves what is settled late to the last one', () => {
    const ledger = new QuotaLedger();
    const daily = request({ maxTokens: 10, period: 'day' }, 10);
    const grant = granted(ledger.reserve(daily, NOON));
    granted(ledger.reserve(daily, NOON + DAY_MS));
    ledger.settle(daily, grant, { tokens: 1_000, costUsd: 0 });
    expect(accountOf(ledger)).toMatchObject({ running: 1, tokens: 10, periodAt: Date.UTC(2030, 0, 16) });
  });

  it('grants no budget twice when the clock is set back', () => {
    const ledger = new QuotaLedger();
    const daily = request({ maxTokens: 10, period: 'day' }, 10);
    granted(ledger.reserve(daily, NOON));
    expect(ledger.reserve(daily, NOON - DAY_MS)).toMatchObject({ limit: 'tokens' });
    expect(ledger.reserve(daily, NOON).isGranted).toBe(false);
  });

  it('does not wait for the day that a clock far ahead has written', () => {
    const ledger = new QuotaLedger();
    const daily = request({ maxTokens: 10, period: 'day' }, 10);
    granted(ledger.reserve(daily, NOON + 1_000 * DAY_MS));
    expect(ledger.reserve(daily, NOON)).toMatchObject({ limit: 'tokens' });
    expect(ledger.reserve(daily, NOON + DAY_MS).isGranted).toBe(true);
  });

  it('touches no account when one refuses', () => {
    const ledger = new QuotaLedger();
    const demand = { key: 'a', quota: 'a', limits: {} };
    const both = {
      demands: [demand, { key: 'b', quota: 'b', limits: { maxRunning: 0 } }],
      estimate: { tokens: 5, costUsd: 1 },
    };
    expect(ledger.reserve(both, NOON)).toMatchObject({ demand: 1, limit: 'concurrency' });
    const nothing = { running: 0, tokens: 0, costUsd: 0 };
    const accounts = ledger.accounts(new Set(['a', 'b']), 10);
    expect(accounts).toEqual(accounts.map((account) => ({ ...account, ...nothing })));
  });

  it('forgets accounts that say nothing any more', () => {
    const ledger = new QuotaLedger();
    for (let index = 0; index < 3_010; index++) {
      const demands = [{ key: `a[${index}]`, quota: 'a', limits: { intervalMs: 1, toleranceMs: 0 } }];
      const grant = granted(
        ledger.reserve({ demands, estimate: { tokens: 0, costUsd: 0 } }, NOON + index * 10),
      );
      ledger.settle({ demands, estimate: { tokens: 0, costUsd: 0 } }, grant, { tokens: 0, costUsd: 0 });
    }
    expect(ledger.accounts(new Set(['a']), 5_000)).toHaveLength(11);
    expect(ledger.accounts(new Set(['a']), 7)).toHaveLength(7);
  });

  it('settles nothing that it has forgotten', () => {
    const ledger = new QuotaLedger();
    ledger.settle(request({}), { isGranted: true, periods: [0] }, { tokens: 1, costUsd: 1 });
    expect(accountOf(ledger)).toBeUndefined();
  });
});

/** One thing after the other, some time apart. */
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    act: fc.constantFrom('reserve', 'reserve', 'reserve', 'settle'),
    which: fc.nat(),
    estimate: fc.integer({ min: 0, max: 20 }),
    used: fc.integer({ min: 0, max: 40 }),
  }),
  { maxLength: 120 },
);

describe('a ledger, whatever happens in whichever order', () => {
  it('lets no more begin in any time than its rate and burst allow', () => {
    const rates = fc.record({
      intervalMs: fc.integer({ min: 1, max: 300 }),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(rates, steps, ({ intervalMs, burst }, all) => {
        const toleranceMs = (burst - 1) * intervalMs;
        const ledger = new QuotaLedger();
        const begun: number[] = [];
        let now = NOON;
        for (const { afterMs } of all) {
          now += afterMs;
          if (ledger.reserve(request({ intervalMs, toleranceMs }), now).isGranted) begun.push(now);
        }
        for (const [first, from] of begun.entries()) {
          for (const [last, until] of begun.slice(first).entries()) {
            expect(last + 1).toBeLessThanOrEqual(1 + (until - from + toleranceMs) / intervalMs);
          }
        }
      }),
    );
  });

  it('exceeds neither concurrency, nor a budget by more than settlements were above their estimates', () => {
    const bounds = fc.record({
      maxRunning: fc.integer({ min: 1, max: 5 }),
      maxTokens: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(bounds, steps, (limits, all) => {
        const ledger = new QuotaLedger();
        const open: { asked: QuotaRequest; grant: QuotaGrant }[] = [];
        let now = NOON;
        let used = 0;
        let error = 0;
        for (const { afterMs, act, which, estimate, used: spent } of all) {
          now += afterMs;
          if (act === 'settle' && open.length > 0) {
            const [{ asked, grant }] = open.splice(which % open.length, 1) as [(typeof open)[number]];
            ledger.settle(asked, grant, { tokens: spent, costUsd: 0 });
            used += spent;
            error += Math.max(spent - asked.estimate.tokens, 0);
            continue;
          }
          const asked = request({ ...limits, period: 'day' }, estimate);
          const answer = ledger.reserve(asked, now);
          if (answer.isGranted) open.push({ asked, grant: answer });
          const reserved = open.reduce(
            (
              sum,
              {
                asked: {
                  estimate: { tokens },
                },
              },
            ) => sum + tokens,
            0,
          );
          expect(open.length).toBeLessThanOrEqual(limits.maxRunning);
          expect(used + reserved).toBeLessThanOrEqual(limits.maxTokens + error);
          expect(accountOf(ledger)?.tokens ?? 0).toBe(used + reserved);
        }
      }),
    );
  });
});
