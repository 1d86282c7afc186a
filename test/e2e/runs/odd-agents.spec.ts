import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Agent, CadreError, CadreModule, Provides, type CadreOptions, type TaskContext } from 'cadre';
import { createPgliteDirectory } from '../../../src/testing/databases/pglite-directory.js';
import { serve } from '../rest/server.js';

/** An embedded database on a busy machine. */
jest.setTimeout(120_000);

const refuse = (): never => {
  throw new TypeError('a trap');
};

function nested(): unknown {
  let value: unknown = 1;
  for (let level = 0; level < 20_000; level += 1) value = [value];
  return value;
}

function ring(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

/** What JSON cannot carry. */
const ODDITIES: Readonly<Record<string, () => unknown>> = {
  bigint: () => 10n,
  ring,
  nested,
  getter: () => Object.defineProperty({}, 'trap', { get: refuse, enumerable: true }),
  liar: () => ({ toJSON: refuse }),
  proxy: () => new Proxy({}, { ownKeys: refuse }),
  huge: () => 'x'.repeat(3_000_000),
};

class OddError extends CadreError {
  constructor(odd: unknown) {
    super({ code: 'ODD', kind: 'execution', message: 'odd'.repeat(1_000_000), details: { odd, fine: 1 } });
  }
}

/** Brings an oddity wherever an agent can. */
@Agent({ name: 'oddball', maxConcurrentTasks: 100 })
class OddballAgent {
  @Provides('fail')
  fail(input: unknown): never {
    throw new OddError(ODDITIES[String(input)]!());
  }

  @Provides('yield')
  async *yield(input: unknown): AsyncGenerator<unknown, string> {
    yield ODDITIES[String(input)]!();
    return 'done';
  }

  @Provides('cite')
  cite(input: unknown, task: TaskContext): string {
    task.reportProgress({ message: ODDITIES[String(input)]!() as string });
    task.reportSources([{ title: ODDITIES[String(input)]!() as string, url: 'https://a.example' }]);
    return 'done';
  }

  @Provides('make')
  make(input: unknown): unknown {
    const made = ODDITIES[String(input)]!();
    return { made };
  }
}

async function start(options: CadreOptions) {
  // An agent that only fails would not be asked for long.
  const health = { breaker: false, outliers: false } as const;
  @Module({ imports: [CadreModule.forRoot({ health, ...options })], providers: [OddballAgent] })
  class OddModule {}
  const { app, client } = await serve(OddModule);
  /** Runs one step with each oddity: how each ended, in steps and events that can be read. */
  const endsOf = (capability: string): Promise<string[]> =>
    Promise.all(
      Object.keys(ODDITIES).map(async (input) => {
        const { body } = await client.post('runs?wait=60s', { definition: [{ capability, input }] });
        const path = `runs/${String(body['runId'])}`;
        const reads = await Promise.all(['', '/steps', '/events'].map((part) => client.get(path + part)));
        const failure = body['failure'] as { readonly code: string; readonly message: string } | null;
        expect((failure?.message ?? '').length).toBeLessThan(20_000);
        return [String(body['status']), failure?.code, ...reads.map(({ status }) => status)].join(' ');
      }),
    );
  return { app, endsOf };
}

const all = (end: string): string[] => Object.keys(ODDITIES).map(() => end);

/** How all of them ended, by what their agents did. */
async function allEnds({ app, endsOf }: Awaited<ReturnType<typeof start>>) {
  const ends = [await endsOf('fail'), await endsOf('yield'), await endsOf('cite'), await endsOf('make')];
  await app.close();
  return ends;
}

const ENDS = [
  all('failed ODD 200 200 200'),
  all('succeeded  200 200 200'),
  all('succeeded  200 200 200'),
  Object.keys(ODDITIES).map((name) =>
    name === 'huge' ? 'failed STEP_OUTPUT_INVALID 200 200 200' : 'failed OUTPUT_INVALID 200 200 200',
  ),
];

describe('a run whose agent brings what JSON cannot carry', () => {
  it('comes to its end in memory, and can be read', async () => {
    expect(await allEnds(await start({}))).toEqual(ENDS);
  });

  it('comes to its end in a database, and can be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cadre-odd-'));
    const dataDir = join(folder, 'database');
    await createPgliteDirectory(dataDir);
    expect(await allEnds(await start({ database: { dataDir } }))).toEqual(ENDS);
    await rm(folder, { recursive: true });
  });
});
