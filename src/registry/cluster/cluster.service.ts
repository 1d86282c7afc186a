import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cluster } from './cluster.js';

/** Has the others heard before agents are registered, which happens once all modules are ready. */
@Injectable()
export class ClusterService implements OnModuleInit {
  constructor(private readonly cluster: Cluster) {}

  onModuleInit(): Promise<void> {
    return this.cluster.hear();
  }
}
