/** One measured figure and what it is held against. Every text carries its unit. */
export interface Row {
  readonly subject: string;
  readonly figure: string;
  /** The same without Cadre. */
  readonly bare?: string;
  /** What the ratio column says, `3.1 ×` or `72 %`. */
  readonly ratio?: string;
  readonly target?: Target;
}

/** What a figure is to reach; it is told, never asserted. */
export interface Target {
  readonly text: string;
  readonly isReached: boolean;
}

/** One measurement: a part of the table and how it comes about. */
export interface Measurement {
  /** What `npm run bench -- <name>` calls it by. */
  readonly name: string;
  readonly title: string;
  measure(): Promise<readonly Row[]>;
}

/** A target that is reached by a value of at most `most`. */
export function atMost(value: number, most: number, write: (value: number) => string): Target {
  return { text: `≤ ${write(most)}`, isReached: value <= most };
}

/** A target that is reached by a value of at least `least`. */
export function atLeast(value: number, least: number, write: (value: number) => string): Target {
  return { text: `≥ ${write(least)}`, isReached: value >= least };
}

/** Writes the rows of one measurement as a Markdown table under its title. */
export function toTable(title: string, rows: readonly Row[]): string {
  const lines = rows.map(({ subject, figure, bare, ratio, target }) => [
    subject,
    target?.text ?? '',
    figure,
    bare ?? '',
    ratio ?? '',
    target === undefined ? '' : target.isReached ? 'yes' : 'NO',
  ]);
  const header = [title, 'target', 'figure', 'bare', 'ratio', 'reached'];
  const widths = header.map((head, at) => Math.max(...[header, ...lines].map((cells) => cells[at]!.length)));
  const write = (cells: readonly string[]): string => {
    // Names to the left, numbers to the right.
    const padded = cells.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [write(header), write(rule), ...lines.map(write)].join('\n');
}

export function nanoseconds(valueNs: number): string {
  return `${valueNs.toFixed(0)} ns`;
}

export function microseconds(valueUs: number): string {
  return `${valueUs.toFixed(2)} µs`;
}

export function milliseconds(valueMs: number): string {
  return `${valueMs.toFixed(0)} ms`;
}

/** For what takes a few milliseconds. */
export function finely(valueMs: number): string {
  return `${valueMs.toFixed(2)} ms`;
}

export function megabytes(valueBytes: number): string {
  return `${(valueBytes / 1e6).toFixed(0)} MB`;
}

export function perSecond(rate: number): string {
  return `${Math.round(rate)} /s`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`;
}

/** Of ratios that differ in the second digit behind the point. */
export function timesFinely(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}

/** For shares of a few per cent, and those that are nearly alike. */
export function percentFinely(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
