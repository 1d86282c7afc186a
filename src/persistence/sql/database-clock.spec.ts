import type { Cancel } from '../../common/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { DatabaseUnavailableError } from './database.errors.js';
import { Database } from './database.js';
import { DatabaseClock } from './database-clock.js';

const HOUR_MS = 3_600_000;
const RESET_AFTER_MS = 30_000;

/** A database whose clock a test sets. */
class TimedDatabase extends Database {
  readonly kind = 'postgres';
  questions = 0;
  isAway = false;
  /** On the way there and back. */
  delayMs = 0;

  constructor(
    private readonly clock: VirtualClock,
    public aheadMs: number,
  ) {
    super();
  }

  async query<Row>(): Promise<readonly Row[]> {
    this.questions += 1;
    if (this.isAway) throw new DatabaseUnavailableError('it is away');
    this.clock.advance(this.delayMs / 2);
    const rows = [{ at: this.clock.now() + this.aheadMs }];
    this.clock.advance(this.delayMs / 2);
    return rows as Row[];
  }

  transaction = (): Promise<never> => Promise.reject(new TypeError('not asked for'));
  listen = (): Promise<Cancel> => Promise.reject(new TypeError('not asked for'));
  notify = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

async function build(aheadMs: number, delayMs = 0) {
  const wall = new VirtualClock();
  const database = new TimedDatabase(wall, aheadMs);
  database.delayMs = delayMs;
  const logger = new RecordingLogger();
  const clock = await DatabaseClock.open(database, { clock: wall, logger });
  return { wall, database, clock, logger };
}

describe('DatabaseClock', () => {
  it('tells the time of the database', async () => {
    const { wall, clock } = await build(HOUR_MS, 20);
    expect(clock.now()).toBe(wall.now() + HOUR_MS);
    wall.advance(1_234.6);
    expect(clock.now()).toBe(Math.round(wall.now() + HOUR_MS));
  });

  it('does not notice when the clock of the machine is set', async () => {
    const { wall, clock } = await build(0);
    const before = clock.now();
    wall.jumpTo(wall.now() + HOUR_MS);
    expect(clock.now()).toBe(before);
    wall.advance(500);
    expect(clock.now()).toBe(before + 500);
  });

  it('follows the database when that one is set, after half a minute', async () => {
    const { wall, database, clock } = await build(0);
    database.aheadMs = HOUR_MS;
    wall.advance(RESET_AFTER_MS - 1);
    expect(clock.now()).toBe(wall.now());
    await wall.advanceAsync(1);
    expect(clock.now()).toBe(wall.now());
    await wall.advanceAsync(0);
    expect(clock.now()).toBe(wall.now() + HOUR_MS);
    expect(database.questions).toBe(2);
  });

  it('is not moved by a difference that the way to the database explains', async () => {
    const { wall, database, clock } = await build(0);
    database.aheadMs = 40;
    database.delayMs = 100;
    wall.advance(RESET_AFTER_MS);
    clock.now();
    await wall.advanceAsync(0);
    expect(database.questions).toBe(2);
    expect(clock.now()).toBe(wall.now());
  });

  it('goes on while the database is away, and asks again', async () => {
    const { wall, database, clock, logger } = await build(HOUR_MS);
    database.isAway = true;
    wall.advance(RESET_AFTER_MS);
    expect(clock.now()).toBe(wall.now() + HOUR_MS);
    expect(clock.now()).toBe(wall.now() + HOUR_MS);
    await wall.advanceAsync(RESET_AFTER_MS);
    expect(database.questions).toBe(2);
    expect(logger.lines).toEqual(['debug the database was not asked for the time']);
    clock.now();
    expect(database.questions).toBe(3);
  });

  it('does not open without the database', async () => {
    const wall = new VirtualClock();
    const database = new TimedDatabase(wall, 0);
    database.isAway = true;
    await expect(
      DatabaseClock.open(database, { clock: wall, logger: new RecordingLogger() }),
    ).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('waits as the clock of the machine does', async () => {
    const { wall, clock } = await build(HOUR_MS);
    let isOver = false;
    clock.schedule(10, () => (isOver = true));
    wall.advance(10);
    expect([isOver, clock.monotonicMs()]).toEqual([true, wall.monotonicMs()]);
  });
});
