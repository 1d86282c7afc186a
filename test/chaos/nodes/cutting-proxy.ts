import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** When a connection is cut: before the server has a statement, when it has half of it, or before its answer is heard. */
export const CUTS = ['before', 'middle', 'after'] as const;
export type Cut = (typeof CUTS)[number];

/** Statements that write journals have this in their names, which stand in each request. */
const JOURNAL_WRITE = 'cadre_append';

/** Stands between nodes and Postgres, and cuts connections in the middle of journal writes. */
export class CuttingProxy {
  /** Cuts so far, by their kind. */
  readonly cuts: Record<Cut, number> = { before: 0, middle: 0, after: 0 };
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    private readonly decide: () => Cut | undefined,
  ) {}

  /** @param decide asked at each write: whether it is cut, and how */
  static async open(targetPort: number, decide: () => Cut | undefined): Promise<CuttingProxy> {
    const server = createServer((client) => proxy.#join(client));
    const proxy: CuttingProxy = new CuttingProxy(server, targetPort, decide);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket): void {
    const target = connect(this.targetPort, '127.0.0.1');
    const cutBoth = (): void => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      this.#sockets.add(socket.setNoDelay());
      socket.on('error', cutBoth).on('close', () => {
        this.#sockets.delete(socket);
        cutBoth();
      });
    }
    target.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk: Buffer) => {
      const cut = chunk.includes(JOURNAL_WRITE) ? this.decide() : undefined;
      if (cut === undefined) return void target.write(chunk);
      this.cuts[cut] += 1;
      if (cut === 'before') return cutBoth();
      target.write(cut === 'after' ? chunk : chunk.subarray(0, chunk.length / 2));
      if (cut === 'middle') return void target.end(cutBoth);
      // The server does as it was asked; nobody hears of it.
      target.removeAllListeners('data').once('data', cutBoth);
    });
  }
}
