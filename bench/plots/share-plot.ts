/** Which tasks went to whom. */
export interface SharePlot {
  readonly title: string;
  readonly subtitle: string;
  readonly names: readonly string[];
  /** The place of the agent that had each task, in the order of arrival; -1 for none. */
  readonly chosen: readonly number[];
  readonly mark: { readonly at: number; readonly text: string };
}

const [WIDTH, HEIGHT] = [720, 260];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 612, 58, 218];

/** Told apart also by those who see no red or green (Okabe and Ito, 2008). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'];

/** Tasks that are counted together. */
const STEP = 50;

/** A picture of the share of the tasks that each agent had, over their number: a stack of areas. Legible on light and dark pages. */
export function drawShares({ title, subtitle, names, chosen, mark }: SharePlot): string {
  const x = (task: number): number => round(LEFT + ((RIGHT - LEFT) * task) / chosen.length);
  const y = (share: number): number => round(BOTTOM - (BOTTOM - TOP) * share);
  const steps = Array.from({ length: Math.ceil(chosen.length / STEP) }, (_, step) =>
    chosen.slice(step * STEP, (step + 1) * STEP),
  );
  /** The share of those up to this place, in each step. */
  const upTo = (place: number): number[] =>
    steps.map((tasks) => tasks.filter((agent) => agent >= 0 && agent <= place).length / tasks.length);
  const edge = (place: number): string[] =>
    upTo(place).flatMap((share, step) => [
      `${x(step * STEP)},${y(share)}`,
      `${x((step + 1) * STEP)},${y(share)}`,
    ]);
  const areas = names.map(
    (_, place) =>
      `<polygon fill="${COLORS[place]}" points="${[...edge(place), ...edge(place - 1).reverse()].join(' ')}"/>`,
  );
  const legend = names.map(
    (name, place) =>
      `<rect x="${RIGHT + 18}" y="${TOP + 8 + place * 26}" width="14" height="14" fill="${COLORS[place]}"/>` +
      text(RIGHT + 38, TOP + 20 + place * 26, name),
  );
  const shares = [0, 0.5, 1].map((share) => text(LEFT - 8, y(share) + 4, `${share * 100} %`, 'end'));
  const counts = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const task = part * chosen.length;
    return text(x(task), BOTTOM + 18, String(task), 'middle');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="13">`,
    `<title>${title}: ${subtitle}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="17" font-weight="bold" fill="#222222">${title}</text>`,
    text(LEFT, 44, subtitle),
    ...areas,
    `<line x1="${x(mark.at)}" y1="${TOP}" x2="${x(mark.at)}" y2="${BOTTOM}" stroke="#222222" stroke-width="1.5" stroke-dasharray="5 4"/>`,
    text(x(mark.at), HEIGHT - 8, mark.text, 'middle'),
    ...legend,
    ...shares,
    ...counts,
    text(RIGHT, HEIGHT - 8, 'tasks', 'end'),
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor = 'start'): string {
  return `<text x="${x}" y="${y}" fill="#222222" text-anchor="${anchor}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
