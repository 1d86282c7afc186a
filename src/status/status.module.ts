import { Module } from '@nestjs/common';
import { StatusService } from './status.service.js';

/** The status of releases. Needs `Clock`, `EventBus` and `StatusHistoryStore` from a global module; takes its `StatusRules` if there are any. */
@Module({ providers: [StatusService], exports: [StatusService] })
export class StatusModule {}
