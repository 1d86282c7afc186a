import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { MetricsModule } from '../metrics/index.js';
import { SelectionStrategyExplorer } from './declared/selection-strategy.explorer.js';
import { ChoiceService } from './explanation/choices.service.js';
import { selectionProviders } from './selection.providers.js';
import { Strategies } from './catalog/strategies.service.js';
import { StrategyCatalog } from './catalog/strategy-catalog.js';

/** The strategies by which an agent is selected. */
@Module({
  imports: [DiscoveryModule, MetricsModule],
  providers: [...selectionProviders, SelectionStrategyExplorer, Strategies, ChoiceService],
  exports: [StrategyCatalog, ChoiceService],
})
export class SelectionModule {}
