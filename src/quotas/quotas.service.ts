import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { QuotaBook } from './quota-book.js';
import { QuotaStore } from './quota.store.js';
import { Quotas } from './quotas.js';

/** Follows the quotas that are stored for as long as the application runs. */
@Injectable()
export class QuotasService implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly book: QuotaBook,
    private readonly quotas: Quotas,
    private readonly store: QuotaStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.book.open();
    this.quotas.checkNames();
  }

  async onApplicationShutdown(): Promise<void> {
    this.book.close();
    await this.store.close();
  }
}
