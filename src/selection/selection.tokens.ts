/** The value token of {@link ResolvedSelectionOptions}. */
export const SELECTION_OPTIONS = Symbol.for('cadre.selection.options');
