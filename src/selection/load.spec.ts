import { centralP99Ms, responseP99Ms, type LoadTrial } from '../testing/load-trial.js';

/** The p99 of the response, over that of one central line from which any free agent takes the next task. */
async function againstCentralLine(
  factor: number,
  ...trials: readonly Partial<LoadTrial>[]
): Promise<number[]> {
  const usual = { strategy: 'least-loaded', factor, tasks: 16_000, seed: 4 };
  const centralMs = await centralP99Ms(usual);
  const ratios: number[] = [];
  for (const trial of trials) ratios.push((await responseP99Ms({ ...usual, ...trial })) / centralMs);
  return ratios;
}

describe('over agents that keep lines of their own', () => {
  it('least-loaded is nearly as good as one central line, and by two choices not much worse', async () => {
    const [all, two] = await againstCentralLine(1, {}, { comparesAtMost: 1 });
    expect(all).toBeLessThan(1.2);
    expect(two).toBeLessThan(1.75);
    expect(two).toBeGreaterThan(all!);
  });

  it('least-loaded keeps away from one that is four times slower, under which taking turns breaks down', async () => {
    const [all, two, turns] = await againstCentralLine(
      4,
      {},
      { comparesAtMost: 1 },
      { strategy: 'round-robin', tasks: 8_000 },
    );
    expect(all).toBeLessThan(1.1);
    expect(two).toBeLessThan(1.6);
    expect(turns).toBeGreaterThan(10);
  });

  it.each([1, 4])('adaptive finds out that tasks wait there, with one %d times slower', async (factor) => {
    const [ratio] = await againstCentralLine(factor, { strategy: 'adaptive' });
    expect(ratio).toBeLessThan(1.3);
  });
});
