export {
  chooseAgain,
  chooseNobody,
  chooseRelease,
  RETRIED,
  teach,
  teachOutcome,
  type ChoiceBasis,
  type ChosenRelease,
} from './choose.js';
export { exclude, filterReleases, type FilterResult, type Requirements } from './filters/filter-releases.js';
export { preferRegions } from './filters/prefer-regions.js';
export { Strategy, type RanksCandidates } from './strategy.js';
export { SelectionStrategy } from './declared/selection-strategy.decorator.js';
export { ChoiceService, choiceIdOf } from './explanation/choices.service.js';
export type { NeededChange } from './explanation/needed-change.js';
export type { Replay, ReplayedChoice } from './explanation/replay.js';
export type { WhyNot } from './explanation/why-not.js';
export * from './selection.errors.js';
export * from './selection.events.js';
export { SelectionModule } from './selection.module.js';
export { resolveSelectionOptions, SELECTION_DEFAULTS, type SelectionOptions } from './selection.options.js';
export { SELECTION_OPTIONS } from './selection.tokens.js';
export type * from './selection.types.js';
export { AdaptiveStrategy } from './adaptive/adaptive.strategy.js';
export { houseStrategies } from './catalog/house-strategies.js';
export type { StrategyParts } from './catalog/strategy-parts.types.js';
export { FirstStrategy } from './strategies/first.strategy.js';
export { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
export {
  resolveObjective,
  typicalOf,
  worthOf,
  type Objective,
  type ObjectiveOptions,
} from './strategies/objective.js';
export { DEFAULT_STRATEGY, StrategyCatalog, type StrategyWish } from './catalog/strategy-catalog.js';
