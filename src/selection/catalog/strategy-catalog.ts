import { UnknownStrategyError } from '../selection.errors.js';
import type { StrategyProblem } from '../selection.events.js';
import type { SelectionRequest } from '../selection.types.js';
import type { Strategy } from '../strategy.js';

/** The strategy of tasks that name none and give no hint, unless the application has another one. */
export const DEFAULT_STRATEGY = 'adaptive';

/** What of a task says how its agent is chosen. */
export interface StrategyWish extends Partial<Pick<SelectionRequest, 'priority' | 'criticality'>> {
  readonly strategy?: string | undefined;
}

/** The strategies by name; of two with the same name, the later one counts. */
export class StrategyCatalog {
  readonly #strategies = new Map<string, Strategy>();
  #learners: readonly Strategy[] = [];
  #usual: string = DEFAULT_STRATEGY;

  /** @param onProblem hears of each strategy that misbehaves, each time */
  constructor(
    strategies: readonly Strategy[],
    readonly onProblem: (problem: StrategyProblem) => void = () => {},
  ) {
    this.add(strategies);
  }

  /** Those that want to know what came of attempts. */
  get learners(): readonly Strategy[] {
    return this.#learners;
  }

  add(strategies: readonly Strategy[]): void {
    for (const strategy of strategies) this.#strategies.set(strategy.name, strategy);
    this.#learners = [...this.#strategies.values()].filter((strategy) => strategy.onOutcome !== undefined);
  }

  /** @throws STRATEGY_UNKNOWN with the names there are */
  get(name: string): Strategy {
    const strategy = this.#strategies.get(name);
    if (strategy === undefined) throw new UnknownStrategyError(name, this.names());
    return strategy;
  }

  find(name: string): Strategy | undefined {
    return this.#strategies.get(name);
  }

  /**
   * The strategy for a task: the one it names; else the most reliable agent for a critical task and the fastest for an urgent
   * one, which is what matters for one that is both; else the usual one.
   * @throws STRATEGY_UNKNOWN
   */
  for({ strategy, priority, criticality }: StrategyWish): Strategy {
    if (strategy !== undefined) return this.get(strategy);
    const hinted =
      criticality === 'critical' ? 'most-reliable' : priority === 'urgent' ? 'fastest' : this.#usual;
    return this.#strategies.get(hinted) ?? this.get(this.#usual);
  }

  /** Sets the strategy of tasks that neither name one nor give a hint. @throws STRATEGY_UNKNOWN */
  makeUsual(name: string): void {
    this.#usual = this.get(name).name;
  }

  names(): string[] {
    return [...this.#strategies.keys()];
  }
}
