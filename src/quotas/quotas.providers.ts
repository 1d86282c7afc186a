import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger } from '../common/index.js';
import { Catalog } from '../registry/index.js';
import { QuotaBook } from './quota-book.js';
import { QuotaStore } from './quota.store.js';
import type { Quota } from './quota.types.js';
import { Quotas } from './quotas.js';
import { QUOTAS_CONFIGURED } from './quotas.tokens.js';

/** Puts the plain parts of the quotas together. */
export const quotasProviders: Provider[] = [
  {
    provide: QuotaBook,
    inject: [QuotaStore, QUOTAS_CONFIGURED, Clock, Logger, EventBus],
    useFactory: (
      store: QuotaStore,
      configured: readonly Quota[],
      ...[clock, logger, events]: [Clock, Logger, EventBus]
    ) => new QuotaBook({ store, configured, clock, logger, events }),
  },
  {
    provide: Quotas,
    inject: [QuotaStore, QuotaBook, Catalog, Clock, Logger],
    useFactory: (store: QuotaStore, book: QuotaBook, catalog: Catalog, ...[clock, logger]: [Clock, Logger]) =>
      new Quotas({ store, book, catalog, clock, logger }),
  },
];
