import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { SeededRandom } from '../../common/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { PostgresListener } from './postgres-listener.js';

/** A connection as the listener uses it, to a server that the test plays. */
class ScriptedClient extends EventEmitter {
  readonly texts: string[] = [];
  isEnded = false;

  constructor(private readonly server: { isAway: boolean; isSilent: boolean }) {
    super();
  }

  async connect(): Promise<void> {
    if (this.server.isAway) throw new TypeError('away');
  }

  async query(text: string): Promise<void> {
    this.texts.push(text);
    if (this.server.isAway) throw new TypeError('away');
    if (this.server.isSilent && text === 'select 1') throw new TypeError('Query read timeout');
  }

  async end(): Promise<void> {
    this.isEnded = true;
  }
}

describe('PostgresListener', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    const server = { isAway: false, isSilent: false };
    const clients: ScriptedClient[] = [];
    const listener = new PostgresListener(
      () => {
        const client = new ScriptedClient(server);
        clients.push(client);
        return client as unknown as pg.Client;
      },
      { clock, random: new SeededRandom(1), logger: new RecordingLogger() },
    );
    const heard: string[] = [];
    const hear = (payload: string): void => void heard.push(payload);
    return { clock, server, clients, listener, heard, hear };
  };

  it('listens once to a channel that several listen to, and no more when none does', async () => {
    const { clients, listener, hear } = setUp();
    const cancels = [await listener.listen('a', hear), await listener.listen('a', hear)];
    cancels.push(await listener.listen('b', hear));
    cancels.forEach((cancel) => cancel());
    await new VirtualClock().advanceAsync(0);
    expect(clients[0]?.texts).toEqual(['listen "a"', 'listen "b"', 'unlisten "a"', 'unlisten "b"']);
    await listener.close();
  });

  it('asks the server now and then, and connects anew when it is silent', async () => {
    const { clock, server, clients, listener, heard, hear } = setUp();
    await listener.listen('a', hear);
    await clock.advanceAsync(30_000);
    expect(clients[0]?.texts).toEqual(['listen "a"', 'select 1', 'select 1']);
    server.isSilent = true;
    await clock.advanceAsync(15_000);
    server.isSilent = false;
    await clock.advanceAsync(5_000);
    expect(clients.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(heard).toEqual(['']);
    await listener.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('tries ever more seldom, until the server is back', async () => {
    const { clock, server, clients, listener, heard, hear } = setUp();
    await listener.listen('a', hear);
    server.isAway = true;
    clients[0]?.emit('end');
    await clock.advanceAsync(60_000);
    expect(clients.length).toBeGreaterThan(15);
    expect(clients.length).toBeLessThan(60);
    server.isAway = false;
    await clock.advanceAsync(5_000);
    expect(heard).toEqual(['']);
    clients.at(-1)?.emit('notification', { channel: 'a', payload: 'x' });
    expect(heard).toEqual(['', 'x']);
    await listener.close();
  });

  it('leaves no timer when nobody could listen', async () => {
    const { clock, server, listener, hear } = setUp();
    server.isAway = true;
    await expect(listener.listen('a', hear)).rejects.toMatchObject({ kind: 'internal' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('hangs up when it is closed while it connects', async () => {
    const { clock, clients, listener, hear } = setUp();
    const listening = listener.listen('a', hear).catch((error: unknown) => error);
    await listener.close();
    expect(await listening).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(clients[0]?.isEnded).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
