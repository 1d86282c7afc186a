import { Module } from '@nestjs/common';
import { selectionProviders } from './selection.providers.js';
import { StrategyCatalog } from './strategy-catalog.js';

/** The strategies by which an agent is selected. */
@Module({ providers: selectionProviders, exports: [StrategyCatalog] })
export class SelectionModule {}
