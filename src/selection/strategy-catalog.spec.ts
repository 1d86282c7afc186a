import { FirstStrategy } from './strategies/first.strategy.js';
import { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
import { DEFAULT_STRATEGY, StrategyCatalog } from './strategy-catalog.js';

describe('StrategyCatalog', () => {
  const catalog = new StrategyCatalog([new FirstStrategy(), new LeastLoadedStrategy()]);

  it('finds a strategy by its name', () => {
    expect(catalog.get('first')).toBeInstanceOf(FirstStrategy);
    expect(catalog.get(DEFAULT_STRATEGY)).toBeInstanceOf(LeastLoadedStrategy);
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
});
