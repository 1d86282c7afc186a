import { describePerformanceStore } from '../../testing/contracts/performance-store.contract.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { MemoryPerformanceStore } from './memory-performance.store.js';

describe('MemoryPerformanceStore', () => {
  describePerformanceStore(async () => [new MemoryPerformanceStore(new VirtualClock())]);
});
