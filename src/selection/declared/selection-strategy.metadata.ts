/** A registered symbol, so that two copies of the package read each other's metadata. */
export const SELECTION_STRATEGY_METADATA = Symbol.for('cadre.metadata.selection-strategy');

/** What `@SelectionStrategy` leaves on a class. */
export interface SelectionStrategyMetadata {
  readonly className: string;
  readonly name: string;
}
