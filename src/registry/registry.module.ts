import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { StatusModule } from '../status/index.js';
import { AgentExplorer } from './admission/agent.explorer.js';
import { Registrar } from './admission/registrar.service.js';
import { AgentRegistry } from './agent-registry.service.js';
import { Cluster } from './cluster/cluster.js';
import { ClusterService } from './cluster/cluster.service.js';
import { Neighbors } from './cluster/neighbors.js';
import { Catalog } from './catalog/catalog.js';
import { registryProviders } from './registry.providers.js';

/**
 * Finds, validates and catalogs agents. Global, so that its hooks run before those of the application's own modules.
 * @publicApi
 */
@Global()
@Module({
  imports: [DiscoveryModule, StatusModule],
  providers: [...registryProviders, AgentExplorer, ClusterService, Registrar, AgentRegistry],
  exports: [Catalog, Cluster, Neighbors, AgentRegistry],
})
export class RegistryModule {}
