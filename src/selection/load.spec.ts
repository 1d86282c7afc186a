import { centralP99Ms, responseP99Ms, type LoadTrial } from '../testing/trials/load-trial.js';

const SEED = 4;

/** The p99 of one central line from which any free agent takes the next task, by what it is asked for. */
const central = new Map<string, Promise<number>>();

async function againstCentralLine(given: Pick<LoadTrial, 'strategy' | 'factor'> & Partial<LoadTrial>) {
  const trial = { tasks: 16_000, seed: SEED, ...given };
  const { factor, tasks } = trial;
  const key = `${factor} ${tasks}`;
  if (!central.has(key)) central.set(key, centralP99Ms({ factor, tasks, seed: SEED }));
  return (await responseP99Ms(trial)) / (await central.get(key)!);
}

describe('over agents that keep lines of their own', () => {
  it('least-loaded is nearly as good as one central line', async () => {
    expect(await againstCentralLine({ strategy: 'least-loaded', factor: 1 })).toBeLessThan(1.2);
  });

  it('least-loaded is not much worse by two choices', async () => {
    const ratio = await againstCentralLine({ strategy: 'least-loaded', factor: 1, comparesAtMost: 1 });
    expect(ratio).toBeLessThan(1.75);
    expect(ratio).toBeGreaterThan(1.2);
  });

  it('adaptive finds out that tasks wait there', async () => {
    expect(await againstCentralLine({ strategy: 'adaptive', factor: 1, tasks: 8_000 })).toBeLessThan(1.3);
  });
});

describe('over such agents of which one is four times slower', () => {
  it('least-loaded is nearly as good as one central line', async () => {
    expect(await againstCentralLine({ strategy: 'least-loaded', factor: 4 })).toBeLessThan(1.1);
  });

  it('least-loaded is not much worse by two choices', async () => {
    const ratio = await againstCentralLine({ strategy: 'least-loaded', factor: 4, comparesAtMost: 1 });
    expect(ratio).toBeLessThan(1.6);
  });

  it('adaptive keeps away from the slow one', async () => {
    expect(await againstCentralLine({ strategy: 'adaptive', factor: 4, tasks: 8_000 })).toBeLessThan(1.3);
  });

  it('taking turns breaks down', async () => {
    const ratio = await againstCentralLine({ strategy: 'round-robin', factor: 4, tasks: 8_000 });
    expect(ratio).toBeGreaterThan(10);
  });
});
