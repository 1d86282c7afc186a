// One node of a cluster, in a process of its own: a server as its user starts it, whose agents tell the ledger what they do.
import { Module } from '@nestjs/common';
import { CadreModule } from 'cadre';
import { createServer, readEnvironment } from 'cadre/server';
import { RUN_STORES, type RunStore, type RunStores } from '../../../src/workflows/index.js';
import { WorkerAgent } from './agents.js';
import { installJumpingDate } from './jumping-date.js';
import { Ledger } from '../judgement/ledger.js';
import { SpenderAgent } from '../quotas/spender.js';

/** What a node is told by whoever started it. */
export interface NodeRequest {
  /** Milliseconds by which its clock jumps. */
  readonly jumpMs: number;
}

const { CHAOS_LEDGER = '', CHAOS_NODE = '' } = process.env;
const ledger = new Ledger(CHAOS_LEDGER, CHAOS_NODE);
const jump = installJumpingDate();
const { cadre, server } = readEnvironment();

@Module({
  imports: [
    CadreModule.forRoot({
      ...cadre,
      // Short waits leave memory too.
      workflows: { ...cadre.workflows, parkAfterMs: 100 },
      // Agents fail on purpose, and are to be asked all the same.
      health: { breaker: false, outliers: false },
      metrics: { improvement: { isEnabled: false } },
    }),
  ],
  providers: [WorkerAgent, SpenderAgent, { provide: Ledger, useValue: ledger }],
})
class NodeModule {}

/** Tells the ledger which runs this node takes up, under which epoch. */
function tellOfClaims(store: RunStore): void {
  const claim = store.claim.bind(store);
  store.claim = async (limit) => {
    const claimed = await claim(limit);
    for (const { run } of claimed) ledger.note({ kind: 'claimed', runId: run.runId, epoch: run.epoch });
    return claimed;
  };
}

process.on('message', ({ jumpMs }: NodeRequest) => jump(jumpMs));
// Whoever started it is gone.
process.on('disconnect', () => process.exit());

const app = await createServer(NodeModule);
tellOfClaims(app.get<RunStores>(RUN_STORES).durable!.store);
await app.listen(server.port, server.host);
process.send?.({ url: await app.getUrl() });
