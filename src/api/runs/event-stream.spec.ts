import type { RunEvent } from '../../orchestration/index.js';
import { ScriptedRunner } from '../../testing/workflows/scripted-runner.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { HEARTBEAT_MS, writeEvents } from './event-stream.js';

const COMMENT = ':\n\n';

function follow(runner: ScriptedRunner, signal?: AbortSignal) {
  const clock = new VirtualClock();
  const events = runner.events('run-1', undefined, signal)[Symbol.asyncIterator]();
  return { clock, written: writeEvents(events, clock) };
}

describe('the stream of events', () => {
  it('begins with a comment, writes each event with its id, and ends with them', async () => {
    const runner = new ScriptedRunner();
    const { clock, written } = follow(runner);
    runner.tell('step.finished', { key: 'write', output: 'two\nlines', startedAt: 5, finishedAt: 7 });
    runner.end();
    const texts: string[] = [];
    for await (const text of written) texts.push(text);
    expect(texts).toEqual([
      COMMENT,
      'id: 1.1.0\nevent: step.finished\ndata: {"runId":"run-1","at":"1970-01-01T00:00:01.000Z","key":"write",' +
        '"output":"two\\nlines","startedAt":"1970-01-01T00:00:00.005Z","finishedAt":"1970-01-01T00:00:00.007Z"}\n\n',
      'id: 1.2.0\nevent: run.finished\ndata: {"runId":"run-1","at":"1970-01-01T00:00:01.000Z","status":"succeeded"}\n\n',
    ]);
    expect([clock.pendingTimers, runner.followers]).toEqual([0, 0]);
  });

  it('says that it is alive after each silence, and loses nothing by it', async () => {
    const runner = new ScriptedRunner();
    const { clock, written } = follow(runner);
    await written.next();
    for (let silence = 0; silence < 3; silence++) {
      const next = written.next();
      await clock.advanceAsync(HEARTBEAT_MS - 1);
      await clock.advanceAsync(1);
      expect(await next).toEqual({ done: false, value: COMMENT });
    }
    const next = written.next();
    await clock.advanceAsync(HEARTBEAT_MS - 1);
    runner.tell('run.started');
    expect((await next).value).toContain('event: run.started');
    await written.return(undefined);
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks for no event before the last one was taken', async () => {
    let asked = 0;
    const event: RunEvent = { id: '1.1.0', type: 'step.progress', runId: 'run-1', at: 0, data: {} };
    const events = { next: async () => ({ done: false as const, value: (asked++, event) }) };
    const written = writeEvents(events, new VirtualClock());
    await written.next();
    await written.next();
    expect(asked).toBe(1);
  });

  it('lets go of the events when its reader leaves', async () => {
    const runner = new ScriptedRunner();
    const leaving = new AbortController();
    const { clock, written } = follow(runner, leaving.signal);
    await written.next();
    const next = written.next();
    await clock.advanceAsync(0);
    leaving.abort();
    expect(await next).toMatchObject({ done: true });
    expect([clock.pendingTimers, runner.followers]).toEqual([0, 0]);
  });
});
