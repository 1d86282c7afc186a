/** How large a definition may be. Whoever writes one need not be trusted. */
export const DEFINITION_LIMITS = {
  /** Of a definition as JSON or YAML text, in UTF-8. */
  maxBytes: 1_048_576,
  /** Lists and objects within one another, the definition itself included. */
  maxDepth: 32,
  /** Steps of a workflow, those of the workflows that it runs included, each time that it runs one. */
  maxSteps: 1_000,
  /** Workflows within one another, the outermost not counted. */
  maxNesting: 20,
  /** Entries of a list that stands in the definition and is worked through by `forEach`. */
  maxItems: 10_000,
} as const;
