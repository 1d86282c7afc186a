import { describeClusterStore } from '../../testing/contracts/cluster-store.contract.js';
import { MemoryClusterStore } from './memory-cluster.store.js';

describe('MemoryClusterStore', () => {
  describeClusterStore(async () => [new MemoryClusterStore(true)]);

  it('is of a node that is alone, unless a test says otherwise', () => {
    expect([new MemoryClusterStore().isShared, new MemoryClusterStore(true).isShared]).toEqual([false, true]);
  });
});
