/** What the expressions of one place in a definition can refer to. */
export interface KnownNames {
  /** Members that the input has; absent: it may have any. */
  readonly input?: ReadonlySet<string>;
  /** Ids of the steps whose results can be used. */
  readonly steps: ReadonlySet<string>;
  /** What there is besides `input`, `steps` and `run`: `item`, `index`, `iteration`, `output`, `error`. */
  readonly extra: ReadonlySet<string>;
}

/** One thing that is wrong in a template. */
export interface TemplateProblem {
  /** Where in the template: nothing for the template itself, `.report`, `[0]`, `['odd key']`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What became of a template or a condition. */
export interface Compiled<T> {
  /** Absent when there are problems. */
  readonly value?: T;
  readonly problems: readonly TemplateProblem[];
  /** Steps that it refers to, known ones and others. */
  readonly stepIds: ReadonlySet<string>;
  /** Members of the input that it names. */
  readonly inputMembers: ReadonlySet<string>;
}
