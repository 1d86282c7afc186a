import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GuardedHttp, type FetchLimits } from '../web/guarded-http.js';

/** Runs a test against a real HTTP server on a free port. */
export async function withServer(
  listener: RequestListener,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Runs a test in a folder of its own that holds these files. */
export async function withFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a test with an HTTP client that may reach the test's own server, within small limits. */
export async function withHttp(
  limits: Partial<FetchLimits>,
  test: (http: GuardedHttp) => Promise<void>,
): Promise<void> {
  const http = new GuardedHttp({
    allowPrivateAddresses: true,
    timeoutMs: 5_000,
    maxBytes: 100_000,
    ...limits,
  });
  try {
    await test(http);
  } finally {
    await http.onModuleDestroy();
  }
}
