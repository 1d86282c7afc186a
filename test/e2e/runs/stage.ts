import { Module } from '@nestjs/common';
import { Agent, type CadreOptions, type TaskContext } from 'cadre';
import { troupe } from '../rest/agents.js';

/** Tells what it has done so far before it is done. */
@Agent('chatter', { name: 'gossip' })
class GossipAgent {
  async *execute(count: unknown): AsyncGenerator<string, string> {
    for (let part = 1; part <= Number(count); part++) yield `part ${part}`;
    return 'all told';
  }
}

/** Fails as often as a test says, then works. */
@Agent('try', { name: 'novice', maxConcurrentTasks: 10 })
export class NoviceAgent {
  failuresLeft = 0;
  tries = 0;

  execute(input: unknown, _task: TaskContext): unknown {
    this.tries += 1;
    if (this.failuresLeft === 0) return input;
    this.failuresLeft -= 1;
    throw new TypeError('not yet');
  }
}

/** The troupe of the REST specs, and those who act in runs alone. */
export function stage(options: CadreOptions = {}) {
  @Module({ imports: [troupe(options)], providers: [GossipAgent, NoviceAgent] })
  class StageModule {}
  return StageModule;
}
