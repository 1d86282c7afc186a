import { Module } from '@nestjs/common';
import { RegistryModule } from '../registry/index.js';
import { QuotaBook } from './quota-book.js';
import { Quotas } from './quotas.js';
import { quotasProviders } from './quotas.providers.js';
import { QuotasService } from './quotas.service.js';

/** Limits and budgets. Needs `QuotaStore` and `QUOTAS_CONFIGURED` from a global module. */
@Module({
  imports: [RegistryModule],
  providers: [...quotasProviders, QuotasService],
  exports: [QuotaBook, Quotas],
})
export class QuotasModule {}
