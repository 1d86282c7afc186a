import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AgentRegistry,
  AgentUnregistered,
  ClusterChanged,
  EventBus,
  StatusChanged,
} from '../../src/index.js';
import type { EventType } from '../../src/index.js';
import { WorkflowLibrary } from '../../src/workflows/index.js';
import { finish, readRequest } from '../child.js';
import type { ClusterFigures, ClusterRequest } from './cluster.js';
import { Echo, echoAgent, moduleOf } from '../fleet.js';

const CAUSE = { reason: 'measured', triggeredBy: 'user:bench' } as const;

/** Two nodes in one process, with nothing in common but the database, that host the same agents. */
async function measure({ url, count }: ClusterRequest): Promise<ClusterFigures> {
  const names = Array.from({ length: count }, (_, at) => `echo_${at}`);
  const agents = names.map((name) => echoAgent(name, Echo));
  const start = (): Promise<INestApplicationContext> =>
    NestFactory.createApplicationContext(moduleOf(agents, { options: { database: { url } } }), {
      logger: false,
    });
  const here = await start();
  const heard = next(here, ClusterChanged);
  const there = await start();
  await heard;
  const registry = here.get(AgentRegistry);
  const library = here.get(WorkflowLibrary, { strict: false });
  return {
    statusMs: await timeEach(names, {
      hears: (name) => next(there, StatusChanged, ({ release }) => release === `${name}@1.0.0`),
      change: (name) => registry.setStatus(name, 'maintenance', CAUSE),
    }),
    workflowMs: await timeEach(names, {
      hears: (name) => nextWorkflow(there.get(WorkflowLibrary, { strict: false }), name),
      change: (name) => library.save({ name, steps: [{ id: 'say', capability: Echo.name, input: 'hi' }] }),
    }),
    removalMs: await timeEach(names, {
      hears: (name) => next(there, AgentUnregistered, ({ release }) => release.name === name),
      change: (name) => registry.unregister(name, { force: true }),
    }),
  };
}

/** How a change is made, and heard of on the other node. */
interface Change {
  readonly hears: (name: string) => Promise<void>;
  readonly change: (name: string) => Promise<unknown>;
}

async function timeEach(names: readonly string[], { hears, change }: Change): Promise<number[]> {
  const timesMs: number[] = [];
  for (const name of names) {
    const heard = hears(name);
    const startedMs = performance.now();
    const changed = change(name);
    await heard;
    timesMs.push(performance.now() - startedMs);
    await changed;
  }
  return timesMs;
}

/** Resolves with the next event of a kind on a node, of those that fit. */
function next<Payload>(
  node: INestApplicationContext,
  type: EventType<Payload>,
  fits: (payload: Payload) => boolean = () => true,
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = node.get(EventBus).subscribe(type, (payload) => {
      if (!fits(payload)) return;
      cancel();
      resolve();
    });
  });
}

/** Resolves once a node knows a workflow. */
function nextWorkflow(library: WorkflowLibrary, name: string): Promise<void> {
  return new Promise((resolve) => {
    const cancel = library.onChange(() => {
      if (!library.names().includes(name)) return;
      cancel();
      resolve();
    });
  });
}

finish({ ...(await measure(readRequest<ClusterRequest>())) });
