import { EventBus, eventType } from './event-bus.js';

const Rang = eventType<{ times: number }>('bell.rang');
const Broke = eventType<void>('bell.broke');

function reportingBus(): { bus: EventBus; reported: string[] } {
  const reported: string[] = [];
  const bus = new EventBus((event, error) => reported.push(`${event}: ${(error as Error).message}`));
  return { bus, reported };
}

describe('EventBus', () => {
  it('hands an event to its handlers at once, in order of subscription', () => {
    const bus = new EventBus();
    const heard: string[] = [];
    bus.subscribe(Rang, ({ times }) => void heard.push(`first ${times}`));
    bus.subscribe(Rang, ({ times }) => void heard.push(`second ${times}`));
    bus.subscribe(Broke, () => void heard.push('broke'));
    bus.publish(Rang, { times: 3 });
    expect(heard).toEqual(['first 3', 'second 3']);
  });

  it('lets an event without handlers pass', () => {
    expect(() => new EventBus().publish(Broke, undefined)).not.toThrow();
  });

  it('tells events of one name apart when they are declared twice', () => {
    const bus = new EventBus();
    let heard = 0;
    bus.subscribe(eventType<void>('bell.broke'), () => void (heard += 1));
    bus.publish(Broke, undefined);
    expect(heard).toBe(0);
  });

  it('stops calling a handler whose subscription is canceled', () => {
    const bus = new EventBus();
    const heard: string[] = [];
    const cancel = bus.subscribe(Broke, () => void heard.push('a'));
    bus.subscribe(Broke, () => void heard.push('b'));
    cancel();
    cancel();
    bus.publish(Broke, undefined);
    expect(heard).toEqual(['b']);
  });

  it('cancels one subscription of a handler that has two', () => {
    const bus = new EventBus();
    let heard = 0;
    const handler = (): void => void (heard += 1);
    const cancelFirst = bus.subscribe(Broke, handler);
    const cancelSecond = bus.subscribe(Broke, handler);
    cancelFirst();
    cancelFirst();
    bus.publish(Broke, undefined);
    expect(heard).toBe(1);
    cancelSecond();
    cancelSecond();
    bus.publish(Broke, undefined);
    expect(heard).toBe(1);
  });

  it('finishes an event with the handlers it started with', () => {
    const bus = new EventBus();
    const heard: string[] = [];
    const cancels = [
      bus.subscribe(Broke, () => {
        heard.push('a');
        cancels[1]?.();
        bus.subscribe(Broke, () => void heard.push('late'));
      }),
      bus.subscribe(Broke, () => void heard.push('b')),
    ];
    bus.publish(Broke, undefined);
    expect(heard).toEqual(['a', 'b']);
  });

  it('reports a handler that throws and calls the others', async () => {
    const { bus, reported } = reportingBus();
    let heard = 0;
    bus.subscribe(Rang, () => {
      throw new RangeError('too loud');
    });
    bus.subscribe(Rang, () => void (heard += 1));
    expect(() => bus.publish(Rang, { times: 1 })).not.toThrow();
    expect(heard).toBe(1);
    await Promise.resolve();
    expect(reported).toEqual(['bell.rang: too loud']);
  });

  it('reports a handler that rejects', async () => {
    const { bus, reported } = reportingBus();
    bus.subscribe(Rang, () => Promise.reject(new RangeError('too late')));
    bus.publish(Rang, { times: 1 });
    await new Promise(setImmediate);
    expect(reported).toEqual(['bell.rang: too late']);
  });

  it('drops what handlers throw when nobody wants the reports', async () => {
    const bus = new EventBus();
    bus.subscribe(Broke, () => Promise.reject(new RangeError('unheard')));
    bus.publish(Broke, undefined);
    await expect(new Promise(setImmediate)).resolves.toBeDefined();
  });
});
