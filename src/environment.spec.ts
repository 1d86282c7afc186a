import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, readEnvironment } from './environment.js';

/** What is said of an environment, one line for each variable that is wrong. */
function problemsOf(source: Record<string, string>): string[] {
  try {
    readEnvironment(source);
    return [];
  } catch (error) {
    return (error as EnvironmentError).details['problems'] as string[];
  }
}

describe('readEnvironment', () => {
  it('has a default for everything', () => {
    expect(readEnvironment({})).toEqual({
      server: {
        host: '127.0.0.1',
        port: 3_000,
        logLevel: 'info',
        bodyLimitBytes: 2_097_152,
        allowedHosts: [],
      },
      cadre: {
        registry: { drainTimeoutMs: 30_000 },
        selection: { strategy: 'adaptive' },
        decisions: { sampleRatio: 1, maxPerSecond: 200 },
        health: { checks: { intervalMs: 30_000 }, breaker: { openMs: 5_000 } },
        orchestration: { maxQueuedTasks: 1_000, abortGraceMs: 1_000, shutdownGraceMs: 10_000 },
        workflows: { maxActiveRuns: 256, maxOutputBytes: 1_048_576, keepEndedRunsMs: 2_592_000_000 },
        database: { url: undefined, dataDir: 'data/database', poolSize: 10, durability: 'process' },
      },
      dataDir: './data',
    });
  });

  it('reads every variable', () => {
    const environment = {
      HOST: ' 0.0.0.0 ',
      PORT: '0',
      CADRE_ALLOWED_HOSTS: 'cadre.example, *',
      CADRE_DATA_DIR: '/var/lib/cadre',
      CADRE_LOG_LEVEL: 'warn',
      CADRE_BODY_LIMIT_BYTES: '1024',
      CADRE_MAX_QUEUED_TASKS: '0',
      CADRE_ABORT_GRACE_MS: '1',
      CADRE_SHUTDOWN_GRACE_MS: '2',
      CADRE_DRAIN_TIMEOUT_MS: '3',
      CADRE_PERSISTENCE: 'database',
      DATABASE_URL: 'postgres://cadre@db.example/cadre',
      CADRE_DATABASE_POOL_SIZE: '20',
      CADRE_DATA_DURABILITY: 'power-loss',
      CADRE_HEALTH_CHECKS: 'on',
      CADRE_HEALTH_CHECK_INTERVAL_MS: '5000',
      CADRE_BREAKER_OPEN_MS: '100',
      CADRE_AUTO_RECOVERY: 'off',
      CADRE_MAX_ACTIVE_RUNS: '7',
      CADRE_MAX_OUTPUT_BYTES: '2048',
      CADRE_KEEP_RUNS_DAYS: '1',
      CADRE_STRATEGY: 'cheapest',
      CADRE_DECISIONS_SAMPLE_RATIO: '0.25',
      CADRE_DECISIONS_MAX_PER_SECOND: '0',
    };
    expect(readEnvironment(environment)).toEqual({
      server: {
        host: '0.0.0.0',
        port: 0,
        logLevel: 'warn',
        bodyLimitBytes: 1_024,
        allowedHosts: ['cadre.example', '*'],
      },
      cadre: {
        registry: { drainTimeoutMs: 3 },
        selection: { strategy: 'cheapest' },
        decisions: { sampleRatio: 0.25, maxPerSecond: 0 },
        health: { checks: { intervalMs: 5_000 }, breaker: { openMs: 100 }, recovery: false },
        orchestration: { maxQueuedTasks: 0, abortGraceMs: 1, shutdownGraceMs: 2 },
        workflows: { maxActiveRuns: 7, maxOutputBytes: 2_048, keepEndedRunsMs: 86_400_000 },
        database: {
          url: 'postgres://cadre@db.example/cadre',
          dataDir: '/var/lib/cadre/database',
          poolSize: 20,
          durability: 'power-loss',
        },
      },
      dataDir: '/var/lib/cadre',
    });
  });

  it('keeps everything in memory when it is told to', () => {
    expect(readEnvironment({ CADRE_PERSISTENCE: 'memory' }).cadre.database).toBeUndefined();
  });

  it('keeps runs for ever when it is told to', () => {
    const { workflows } = readEnvironment({ CADRE_KEEP_RUNS_DAYS: '0' }).cadre;
    expect(workflows?.keepEndedRunsMs).toBe(Infinity);
  });

  it('does not repeat the address of a database, which may hold a password', () => {
    expect(problemsOf({ DATABASE_URL: 'secret'.repeat(1_000) })).toEqual([
      'DATABASE_URL must have at most 4096 characters',
    ]);
  });

  it('takes an empty variable as none', () => {
    const empty = { HOST: '', PORT: '', CADRE_LOG_LEVEL: '', CADRE_ALLOWED_HOSTS: '', CADRE_DATA_DIR: '' };
    expect(readEnvironment(empty)).toEqual(readEnvironment({}));
  });

  it('reads the environment of the process, unless it is given another', () => {
    expect(readEnvironment().cadre).toEqual(readEnvironment(process.env).cadre);
  });

  it.each([
    ['PORT', '65536', 'PORT is "65536"; it must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'PORT is "-1"; it must be a whole number from 0 to 65535'],
    ['PORT', '80.5', 'PORT is "80.5"; it must be a whole number from 0 to 65535'],
    ['PORT', ' ', 'PORT is " "; it must be a whole number from 0 to 65535'],
    ['HOST', '  ', 'HOST is "  "; it must not be blank'],
    ['HOST', 'h'.repeat(256), 'must have at most 255 characters'],
    ['CADRE_ALLOWED_HOSTS', 'https://a.example', 'it must be names without scheme or port'],
    ['CADRE_ALLOWED_HOSTS', 'a.example:80', 'it must be names without scheme or port'],
    ['CADRE_ALLOWED_HOSTS', 'a.example,,b.example', 'it must be names without scheme or port'],
    ['CADRE_DATA_DIR', 'd'.repeat(5_000), 'must have at most 4096 characters'],
    ['CADRE_KEEP_RUNS_DAYS', '3651', 'it must be a whole number from 0 to 3650'],
    ['CADRE_LOG_LEVEL', 'loud', 'it must be one of trace, debug, info, warn, error, fatal, silent'],
    ['CADRE_BODY_LIMIT_BYTES', '1023', 'from 1024 to 1073741824'],
    ['CADRE_MAX_QUEUED_TASKS', '1000001', 'from 0 to 1000000'],
    ['CADRE_DECISIONS_SAMPLE_RATIO', '1.01', 'it must be a number from 0 to 1'],
    ['CADRE_DECISIONS_SAMPLE_RATIO', '-0.5', 'it must be a number from 0 to 1'],
    ['CADRE_DECISIONS_SAMPLE_RATIO', '50%', 'it must be a number from 0 to 1'],
    ['CADRE_DECISIONS_MAX_PER_SECOND', '0.5', 'from 0 to 1000000'],
    ['CADRE_ABORT_GRACE_MS', '600001', 'from 0 to 600000'],
    ['CADRE_SHUTDOWN_GRACE_MS', '1s', 'from 0 to 600000'],
    ['CADRE_DRAIN_TIMEOUT_MS', '3600001', 'from 0 to 3600000'],
  ])('refuses %s=%s', (variable, value, problem) => {
    expect(problemsOf({ [variable]: value })).toEqual([expect.stringContaining(problem)]);
  });

  it('names all that is wrong at once', () => {
    const wrong = { PORT: 'x', CADRE_LOG_LEVEL: 'x', CADRE_DRAIN_TIMEOUT_MS: 'x', OTHER: 'x' };
    expect(problemsOf(wrong).map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'CADRE_LOG_LEVEL',
      'CADRE_DRAIN_TIMEOUT_MS',
    ]);
    expect(() => readEnvironment(wrong)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: expect.stringContaining('\n- PORT is "x"'),
      }),
    );
  });

  it('reads quotas from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cadre-environment-'));
    const path = join(folder, 'quotas.json');
    await writeFile(path, '[{"id": "one", "scope": {}, "maxConcurrentTasks": 1}]');
    const { cadre } = readEnvironment({ CADRE_QUOTAS_FILE: path });
    expect(cadre.quotas).toEqual([{ id: 'one', scope: {}, maxConcurrentTasks: 1 }]);
    await writeFile(path, 'quotas: none');
    expect(() => readEnvironment({ CADRE_QUOTAS_FILE: path })).toThrow('must name a JSON file');
    await rm(folder, { recursive: true });
    expect(() => readEnvironment({ CADRE_QUOTAS_FILE: path })).toThrow('ENOENT');
  });
});
