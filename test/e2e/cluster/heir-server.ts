// Run by failover.spec.ts as a process of its own, to be killed or stopped in the middle of a step.
import { Module } from '@nestjs/common';
import { CadreModule } from 'cadre';
import { readEnvironment, startServer } from 'cadre/server';
import { BusyHeirAgent } from './heir.js';

@Module({ imports: [CadreModule.forRoot(readEnvironment().cadre)], providers: [BusyHeirAgent] })
class HeirModule {}

await startServer(HeirModule);
