import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger } from '../judgement/ledger.js';
import { NodeProcess } from './node-process.js';

/** Milliseconds in which a node that is up must have something to do. */
const WORK_TIMEOUT_MS = 60_000;

/** Executions that are under way on a node at work: two, as the end of one of them may be on its way to the ledger. */
const AT_WORK = 2;

/** Nodes on one database, by their names. */
export class Cluster {
  readonly #nodes = new Map<string, NodeProcess>();
  /** What ended otherwise than it should. */
  readonly problems: string[] = [];

  /** @param environment of a node: where its data is */
  constructor(
    readonly names: readonly string[],
    private readonly folder: string,
    private readonly ledger: Ledger,
    private readonly environment: (name: string) => Readonly<Record<string, string>>,
  ) {}

  /** Nodes that are up. */
  get urls(): readonly string[] {
    return [...this.#nodes.values()].flatMap(({ url, isAlive }) => (url !== '' && isAlive ? url : []));
  }

  /** @throws TypeError when there is none of that name */
  node(name: string): NodeProcess {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new TypeError(`no node ${name} was started`);
    return node;
  }

  async startAll(): Promise<void> {
    await Promise.all(this.names.map((name) => this.start(name)));
  }

  async start(name: string): Promise<NodeProcess> {
    const node = this.launch(name);
    await node.ready();
    return node;
  }

  /** Resolves as soon as agents of the node are at work. @throws TypeError when they do not begin */
  async working(name: string): Promise<void> {
    const { life } = this.node(name);
    for (const startedMs = performance.now(); !this.#isAtWork(life); await delay(20)) {
      if (performance.now() - startedMs > WORK_TIMEOUT_MS) throw new TypeError(`${life} does not work`);
    }
  }

  /**
   * Kills a node in the middle of what its agents do. It stands still while the ledger is read, so that none of them comes to its
   * end between that and the kill; where they just did, it goes on until they are at work again.
   */
  async killAtWork(name: string): Promise<void> {
    const node = this.node(name);
    for (;;) {
      await this.working(name);
      node.pause();
      if (this.#isAtWork(node.life)) return node.kill();
      node.resume();
    }
  }

  /**
   * Lets a node stand still. Not in the moment between a claim and the step that it is for, when a node has asked for the last time
   * whether the run is its own: nobody could keep it from beginning a step then that another one does.
   */
  async pause(name: string): Promise<NodeProcess> {
    const node = this.node(name);
    for (;;) {
      node.pause();
      await delay(20);
      if (!this.ledger.hasInHand(node.life)) return node;
      node.resume();
      await delay(20);
    }
  }

  /** Starts a node that need not come up. */
  launch(name: string): NodeProcess {
    const { folder } = this;
    const node = NodeProcess.launch({ name, folder, environment: this.environment(name) });
    this.#nodes.set(name, node);
    return node;
  }

  /** Stops all nodes in the orderly way. */
  async stopAll(): Promise<void> {
    await Promise.all(
      [...this.#nodes.values()].map(async (node) => {
        const code = await node.stop();
        if (code !== 0) this.problems.push(`${node.life} ended with ${code ?? 'a kill'} when it was stopped`);
      }),
    );
  }

  /** Leaves no process behind. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#nodes.values()].filter(({ isAlive }) => isAlive).map((node) => node.kill()));
  }

  #isAtWork(life: string): boolean {
    return this.ledger.countUnderWay(life) >= AT_WORK;
  }
}
