import helmet from '@fastify/helmet';
import { fastify } from 'fastify';

/** What any answer has and helmet does not make. */
const ORDINARY = new Set(['connection', 'content-length', 'content-type', 'date', 'transfer-encoding']);

/**
 * The security headers of every answer, as helmet makes them. They never change, but helmet would put them together anew
 * for each request, which costs as much as a small task; so one answer of it is kept.
 */
export async function securityHeaders(): Promise<Readonly<Record<string, string>>> {
  const server = fastify();
  // Plain HTTP behind a proxy, or on the own machine: a browser must not be told to come back by HTTPS.
  await server.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  server.get('/', () => '');
  const { headers } = await server.inject('/');
  await server.close();
  const made = Object.entries(headers).filter(([name]) => !ORDINARY.has(name));
  return Object.fromEntries(made.map(([name, value]) => [name, String(value)]));
}
