import { EventBus } from '../../common/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { StrategyFailed } from '../selection.events.js';
import { StrategyAlarm } from './strategy-alarm.js';

describe('StrategyAlarm', () => {
  it('publishes every problem, and writes one line a minute for each strategy', () => {
    const clock = new VirtualClock();
    const events = new EventBus();
    const logger = new RecordingLogger();
    const alarm = new StrategyAlarm({ clock, events, logger });
    let heard = 0;
    events.subscribe(StrategyFailed, () => void (heard += 1));
    const tell = (strategy: string) =>
      alarm.tell({ strategy, capability: 'echo', problem: 'failed: no data' });
    tell('mine');
    tell('mine');
    tell('yours');
    expect([heard, logger.lines.length]).toEqual([3, 2]);
    clock.advance(60_000);
    tell('mine');
    expect([heard, logger.lines.length]).toEqual([4, 3]);
  });
});
