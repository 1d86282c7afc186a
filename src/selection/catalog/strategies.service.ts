import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { declareStrategies } from '../declared/declare-strategies.js';
import { SelectionStrategyExplorer } from '../declared/selection-strategy.explorer.js';
import { SelectionOptionError } from '../selection.errors.js';
import type { ResolvedSelectionOptions } from '../selection.options.js';
import { SELECTION_OPTIONS } from '../selection.tokens.js';
import { StrategyCatalog } from './strategy-catalog.js';

/** Brings the application's own strategies in before any task comes. */
@Injectable()
export class Strategies implements OnModuleInit {
  constructor(
    private readonly explorer: SelectionStrategyExplorer,
    private readonly catalog: StrategyCatalog,
    @Inject(SELECTION_OPTIONS) private readonly options: ResolvedSelectionOptions,
  ) {}

  /** @throws STRATEGIES_REFUSED with every violation of every class, SELECTION_OPTION_INVALID */
  onModuleInit(): void {
    declareStrategies(this.explorer.explore(), this.catalog);
    const { strategy } = this.options;
    const names = this.catalog.names();
    if (names.includes(strategy)) this.catalog.makeUsual(strategy);
    else throw new SelectionOptionError('strategy', strategy, `one of ${names.join(', ')}`);
  }
}
