import { SystemClock } from '../../common/index.js';
import { describeQuotaStore, grantOf, quotaRequest } from '../../testing/contracts/quota-store.contract.js';
import { MemoryQuotaStore } from './memory-quota.store.js';

describe('MemoryQuotaStore', () => {
  describeQuotaStore(async () => [new MemoryQuotaStore(new SystemClock())]);

  it('answers at once, also when it is only asked', () => {
    const store = new MemoryQuotaStore(new SystemClock());
    const one = quotaRequest({ a: { maxRunning: 1 } });
    expect(store.peek(one)).toBeUndefined();
    grantOf(store.reserve(one));
    expect(store.peek(one)).toMatchObject({ limit: 'concurrency' });
    store.onChange(() => {})();
  });
});
