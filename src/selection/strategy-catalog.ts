import { UnknownStrategyError } from './selection.errors.js';
import type { Strategy } from './strategy.js';

/** The strategy of tasks that name none. */
export const DEFAULT_STRATEGY = 'least-loaded';

/** The strategies by name; of two with the same name, the later one counts. */
export class StrategyCatalog {
  readonly #strategies: ReadonlyMap<string, Strategy>;
  /** Those that want to know what came of attempts. */
  readonly learners: readonly Strategy[];

  constructor(strategies: readonly Strategy[]) {
    this.#strategies = new Map(strategies.map((strategy) => [strategy.name, strategy]));
    this.learners = [...this.#strategies.values()].filter((strategy) => 'onOutcome' in strategy);
  }

  /** @throws STRATEGY_UNKNOWN with the names there are */
  get(name: string): Strategy {
    const strategy = this.#strategies.get(name);
    if (strategy === undefined) throw new UnknownStrategyError(name, this.names());
    return strategy;
  }

  names(): string[] {
    return [...this.#strategies.keys()];
  }
}
