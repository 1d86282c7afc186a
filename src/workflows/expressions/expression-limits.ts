/** What expressions may use; who writes them need not be trusted. */
export const EXPRESSION_LIMITS = {
  /** Characters of one expression. */
  maxLength: 4_096,
  /** Operators, names and values in one expression. */
  maxNodes: 1_000,
  /** Brackets within brackets, and members of members. */
  maxDepth: 64,
  /** `map`, `filter`, `all`, `exists` within one another: each multiplies the work by the length of a list. */
  maxNestedLoops: 2,
  /** Operations of one evaluation, some 50 ms. What handles long lists and texts counts for more than one. */
  maxWork: 1_000_000,
  /**
   * Operations to find out the value of an expression that refers to nothing before a run; one that takes more is evaluated in the
   * run. A definition may hold thousands of them, and they are all evaluated where it is checked.
   */
  maxConstantWork: 1_000,
  /** Characters of a text that an expression or a template makes, and of all texts in one result. */
  maxTextLength: 4 * 1_048_576,
  /** Values in a result that an expression makes, each time that one stands in it. */
  maxResultValues: 1_000_000,
  /** Lists and objects of a template within one another. */
  maxTemplateDepth: 32,
  /** Values in one template, expressions within texts included. */
  maxTemplateValues: 10_000,
  /** Problems after which the rest of a template is left alone. */
  maxProblems: 50,
} as const;

/** What is left of one limit. */
export interface Budget {
  left: number;
}
