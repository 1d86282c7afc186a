// Served by main.spec.ts through `cadre-server`.
import { Module } from '@nestjs/common';
import { Agent, CadreModule } from 'cadre';

@Agent('echo', { name: 'hall' })
class HallAgent {
  execute(input: unknown): unknown {
    return input;
  }
}

@Module({ imports: [CadreModule.forRoot()], providers: [HallAgent] })
export class AppModule {}
