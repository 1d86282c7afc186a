import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { StatusModule } from '../status/index.js';
import { AgentRegistry } from './agent-registry.service.js';
import { AgentExplorer } from './agent.explorer.js';
import { Catalog } from './catalog.js';
import { Registrar } from './registrar.service.js';

/** Finds, validates and catalogs agents. Global, so that its hooks run before those of the application's own modules. */
@Global()
@Module({
  imports: [DiscoveryModule, StatusModule],
  providers: [Catalog, AgentExplorer, Registrar, AgentRegistry],
  exports: [Catalog, AgentRegistry],
})
export class RegistryModule {}
