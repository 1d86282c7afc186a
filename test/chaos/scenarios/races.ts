import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Stage } from '../trial.js';
import { CANCELABLE, SIGNAL, WORKLOADS } from '../workloads.js';

/** Milliseconds in which a {@link CANCELABLE} run ends by itself. */
const RUN_MS = 2_200;

/** Three starts with one key, each on another node, at once: all give the one run; another request with the key is refused. */
async function startAtOnce({ cluster, api, load, complain }: Stage, turn: number): Promise<void> {
  const workload = WORKLOADS[turn % WORKLOADS.length]!;
  const request = (input: unknown) => ({
    body: { definition: workload.definition, input },
    headers: { 'idempotency-key': `at-once-${turn}` },
  });
  const answers = await Promise.all(
    [...cluster.urls, ...cluster.urls].map((url) =>
      api.callOne(url, 'POST', 'runs', request(workload.input)),
    ),
  );
  const runIds = new Set(answers.map(({ body }) => body['runId'] as string));
  if (runIds.size !== 1) complain(`starts with one key gave ${[...runIds].join()}`);
  const [runId = ''] = runIds;
  load.runs.push({ runId, idempotencyKey: `at-once-${turn}`, workload });
  for (const name of workload.signals ?? []) {
    await api.call('POST', `runs/${runId}/signals/${name}`, { body: { payload: SIGNAL } });
  }
  const other = await api.call('POST', 'runs', request({ value: -1, mark: 'other' }));
  if (other.body['code'] !== 'IDEMPOTENCY_KEY_REUSED')
    complain(`another request with the key got ${other.status}`);
}

/** Ends a run early about when it ends by itself: it has either been canceled, and was undone, or it has succeeded. */
async function cancelLate({ api, load, complain, random }: Stage): Promise<void> {
  const started = await load.start(CANCELABLE);
  const { runId } = started;
  load.runs[load.runs.indexOf(started)] = { ...started, isCanceled: true };
  await delay(random.below(RUN_MS));
  const { status, body } = await api.call('POST', `runs/${runId}/cancel`, { body: {} });
  const { body: run } = await api.call('GET', `runs/${runId}`);
  if (status === 409 && run['status'] !== 'succeeded')
    complain(`${runId} refused to be canceled: ${JSON.stringify(run)}`);
  if (status === 200 && body['status'] !== run['status']) complain(`${runId} is told of in two ways`);
}

/** Starts with one key, cancels that come about too late, and, with the load, signals that come before their steps. */
export const races: Fault = {
  name: 'races',
  nodes: ['one', 'two', 'three'],
  server: 'postgres',
  harm: async (stage, times) => {
    for (let turn = 0; turn < times; turn++) {
      stage.count();
      await Promise.all([startAtOnce(stage, turn), ...Array.from({ length: 5 }, () => cancelLate(stage))]);
    }
  },
};
