// Run by process.spec.ts as a process of its own: a server as its user starts it, all of it set by the environment.
import { CadreModule, Agent, type TaskContext } from 'cadre';
import { readEnvironment, startServer } from 'cadre/server';
import { Module } from '@nestjs/common';

@Agent('echo', { maxConcurrentTasks: 10 })
class EchoAgent {
  execute(input: unknown, { logger }: TaskContext): unknown {
    logger.info('echoed');
    return input;
  }
}

/** Works until SIGUSR2, deaf to its abort, with a timer that keeps the process alive; says on the log when it begins. */
@Agent('hold')
class HoldAgent {
  execute(_input: unknown, { logger }: TaskContext): Promise<string> {
    logger.info('at work');
    const timer = setInterval(() => {}, 60_000);
    return new Promise((resolve) => {
      process.once('SIGUSR2', () => {
        clearInterval(timer);
        resolve('done');
      });
    });
  }
}

@Module({
  imports: [CadreModule.forRoot(readEnvironment().cadre)],
  providers: [EchoAgent, HoldAgent],
})
class TroupeModule {}

await startServer(TroupeModule);
