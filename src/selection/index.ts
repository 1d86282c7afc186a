export {
  chooseAgain,
  chooseNobody,
  chooseRelease,
  teach,
  teachOutcome,
  type ChosenRelease,
} from './choose.js';
export { exclude, filterReleases, type FilterResult, type Requirements } from './filters.js';
export { Strategy, type RanksCandidates } from './strategy.js';
export * from './selection.errors.js';
export { SelectionModule } from './selection.module.js';
export type * from './selection.types.js';
export { FirstStrategy } from './strategies/first.strategy.js';
export { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
export { RandomStrategy } from './strategies/random.strategy.js';
export { RoundRobinStrategy } from './strategies/round-robin.strategy.js';
export { DEFAULT_STRATEGY, StrategyCatalog } from './strategy-catalog.js';
