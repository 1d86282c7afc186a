import { SeededRandom } from '../../common/index.js';
import { PerformanceBook, resolveMetricsOptions } from '../../metrics/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { FirstStrategy } from '../strategies/first.strategy.js';
import { LeastLoadedStrategy } from '../strategies/least-loaded.strategy.js';
import { DEFAULT_STRATEGY, StrategyCatalog, type StrategyWish } from './strategy-catalog.js';

describe('StrategyCatalog', () => {
  const book = new PerformanceBook(new VirtualClock(), resolveMetricsOptions());
  const leastLoaded = new LeastLoadedStrategy(book, new SeededRandom(1));
  const catalog = new StrategyCatalog([new FirstStrategy(), leastLoaded]);

  it('finds a strategy by its name', () => {
    expect(catalog.get('first')).toBeInstanceOf(FirstStrategy);
    expect(catalog.get('least-loaded')).toBeInstanceOf(LeastLoadedStrategy);
    expect(catalog.names()).toEqual(['first', 'least-loaded']);
  });

  it('suggests the nearest name for an unknown one, and lists all', () => {
    expect(() => catalog.get('frist')).toThrow(
      expect.objectContaining({
        code: 'STRATEGY_UNKNOWN',
        kind: 'input',
        message:
          'There is no selection strategy "frist". Did you mean "first"? There are first, least-loaded.',
        details: { strategy: 'frist', known: ['first', 'least-loaded'] },
      }),
    );
  });

  it('lets the later of two strategies of one name count', () => {
    const later = new FirstStrategy();
    expect(new StrategyCatalog([new FirstStrategy(), later]).get('first')).toBe(later);
  });

  describe('for a task', () => {
    const named = (name: string) => Object.assign(new FirstStrategy(), { name });
    const full = new StrategyCatalog(['first', 'fastest', 'most-reliable', DEFAULT_STRATEGY].map(named));
    const nameFor = (wish: StrategyWish) => full.for(wish).name;

    it.each([
      [{}, DEFAULT_STRATEGY],
      [{ priority: 'normal', criticality: 'normal' }, DEFAULT_STRATEGY],
      [{ priority: 'urgent' }, 'fastest'],
      [{ criticality: 'critical' }, 'most-reliable'],
      [{ priority: 'urgent', criticality: 'critical' }, 'most-reliable'],
      [{ strategy: 'first', priority: 'urgent', criticality: 'critical' }, 'first'],
    ] as const)('%j takes %s', (wish, name) => {
      expect(nameFor(wish)).toBe(name);
    });

    it('takes the one that was made the usual one, but still follows hints and names', () => {
      full.makeUsual('first');
      expect([{}, { priority: 'urgent' } as const, { strategy: 'fastest' }].map(nameFor)).toEqual([
        'first',
        'fastest',
        'fastest',
      ]);
      expect(() => full.makeUsual('frist')).toThrow(expect.objectContaining({ code: 'STRATEGY_UNKNOWN' }));
    });

    it('takes the usual one where nobody measures what a hint asks for', () => {
      catalog.makeUsual('least-loaded');
      expect(catalog.for({ priority: 'urgent' }).name).toBe('least-loaded');
    });
  });
});
