import type { Cluster } from '../../registry/index.js';
import { UnknownCapabilityError } from '../../registry/index.js';
import { Elsewhere, type RemoteTask } from '../engine/execution.js';
import type { RemoteTaskQueue } from './remote-task.queue.js';

/** Sends steps that nobody here can do to the nodes of the cluster. */
export class ClusterElsewhere extends Elsewhere {
  constructor(
    private readonly cluster: Cluster,
    private readonly queue: RemoteTaskQueue,
  ) {
    super();
  }

  hosts(capability: string | undefined, agent: string | undefined): boolean {
    return this.cluster.hosts(capability, agent);
  }

  /** @throws CAPABILITY_UNKNOWN when the last node that hosted it has gone since */
  async send(task: RemoteTask): Promise<void> {
    const capability = this.cluster.capabilityOf(task.capability, task.agent);
    if (capability === undefined) throw new UnknownCapabilityError(task.capability ?? String(task.agent), []);
    await this.queue.send({ ...task, capability });
  }
}
