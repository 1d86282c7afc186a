import { EventBus } from '../common/index.js';
import { MemoryQuotaStore } from '../persistence/index.js';
import { catalogOf } from '../testing/builders/catalog-of.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { QuotaBook } from './quota-book.js';
import { resolveQuotas } from './quota-definition.js';
import { QuotasChanged } from './quota.events.js';
import type { Quota, QuotaDefinition } from './quota.types.js';
import { Quotas } from './quotas.js';

const DAILY: QuotaDefinition = { id: 'daily', scope: { tenant: '*' }, maxTokens: 100, period: 'day' };
const ONE: QuotaDefinition = { id: 'one', scope: { agent: 'writer' }, maxConcurrentTasks: 1 };

/** Fails as often as a test says, and tells of changes when a test does. */
class ShakyStore extends MemoryQuotaStore {
  failures = 0;
  tell: () => void = () => {};

  override async all(): Promise<readonly Quota[]> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new TypeError('away');
    }
    return super.all();
  }

  override onChange(listener: () => void): () => void {
    this.tell = listener;
    return () => (this.tell = () => {});
  }
}

async function open(...configured: readonly QuotaDefinition[]) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const events = new EventBus();
  const store = new ShakyStore(clock);
  const catalog = catalogOf({ name: 'writer', capabilities: ['write'] });
  const book = new QuotaBook({ store, configured: resolveQuotas(configured), clock, logger, events });
  await book.open();
  const changes: (readonly string[])[] = [];
  events.subscribe(QuotasChanged, ({ ids }) => void changes.push(ids));
  return { clock, logger, store, book, changes, quotas: new Quotas({ store, book, catalog, clock, logger }) };
}

describe('the quotas in force', () => {
  it('are those of the options and those that were set, by id', async () => {
    const { quotas } = await open(ONE);
    await quotas.put(DAILY);
    expect((await quotas.list()).map(({ id, source }) => [id, source])).toEqual([
      ['daily', 'stored'],
      ['one', 'options'],
    ]);
  });

  it('show one of the options again once what stands in its place is removed', async () => {
    const { quotas, changes } = await open(ONE);
    expect(await quotas.put({ ...ONE, maxConcurrentTasks: 5 })).toMatchObject({ maxConcurrentTasks: 5 });
    await quotas.remove('one');
    expect(await quotas.get('one')).toMatchObject({ maxConcurrentTasks: 1, source: 'options' });
    expect(changes).toEqual([['one'], ['one']]);
    await expect(quotas.remove('one')).rejects.toMatchObject({ code: 'QUOTA_CONFIGURED' });
    await expect(quotas.remove('none')).rejects.toMatchObject({
      code: 'QUOTA_UNKNOWN',
      message: expect.stringContaining('one') as string,
    });
  });

  it('show what is used in the present period', async () => {
    const { quotas, store, clock } = await open(DAILY, ONE);
    const limits = { maxTokens: 100, period: 'day' } as const;
    store.reserve({
      demands: [
        { key: 'daily["acme"]', quota: 'daily', limits },
        { key: 'one', quota: 'one', limits: {} },
      ],
      estimate: { tokens: 5, costUsd: 0.1 + 0.2 },
    });
    const day = { periodStartedAt: Date.UTC(2030, 0, 1), periodEndsAt: Date.UTC(2030, 0, 2) };
    expect((await quotas.get('daily')).usage).toEqual([
      { scope: { tenant: 'acme' }, running: 1, tokens: 5, costUsd: 0.3, ...day },
    ]);
    expect((await quotas.get('one')).usage).toEqual([{ scope: {}, running: 1, tokens: 0, costUsd: 0 }]);
    clock.advance(2 * 86_400_000);
    expect((await quotas.get('daily')).usage).toMatchObject([
      { running: 1, tokens: 0, costUsd: 0, periodStartedAt: Date.UTC(2030, 0, 3) },
    ]);
  });

  it('may name what is not there, and say so', async () => {
    const { quotas, logger } = await open({ ...ONE, scope: { agent: 'nobody', capability: 'write' } });
    quotas.checkNames();
    expect(await quotas.get('one')).toMatchObject({ warnings: ['there is no agent "nobody" on this node'] });
    expect(await quotas.put({ ...ONE, scope: { agent: '*', capability: 'nothing' } })).toMatchObject({
      warnings: ['there is no capability "nothing" on this node'],
    });
    expect(await quotas.put({ ...ONE, scope: { capability: '*' } })).toMatchObject({ warnings: [] });
    expect(logger.lines).toEqual(Array(2).fill('warn a quota names what is not there'));
  });

  it('are refused when they are wrong', async () => {
    const { quotas } = await open();
    await expect(quotas.put({ ...ONE, maxConcurrentTasks: -1 })).rejects.toMatchObject({
      code: 'QUOTA_INVALID',
    });
  });

  it('follow what other nodes set, also when the store cannot be read at first', async () => {
    const { store, book, clock, logger } = await open();
    await store.save(resolveQuotas([ONE])[0]!);
    store.failures = 2;
    store.tell();
    await clock.advanceAsync(2_000);
    expect([...book.entries().keys()]).toEqual(['one']);
    expect(logger.lines).toHaveLength(2);
    store.failures = 1;
    store.tell();
    book.close();
    await clock.advanceAsync(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are found for a task by one look-up', async () => {
    const { book } = await open(ONE, { ...ONE, id: 'reading', scope: { capability: 'read' } });
    expect(book.rulesFor({ capability: 'write' }).map(({ quota }) => quota.id)).toEqual(['one']);
    expect(book.rulesFor({ capability: 'write' })).toHaveLength(1);
    expect((await open()).book.rulesFor({ capability: 'write' })).toEqual([]);
  });
});
