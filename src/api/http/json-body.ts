import type { FastifyBodyParser, FastifyInstance } from 'fastify';
import { MalformedBodyError } from '../api.errors.js';

/**
 * Takes bodies of JSON, and of what is added later: forms and plain text are what a page of another site can send without being
 * asked first (CORS). A body of no length is none, whatever its type: many clients name the type of what they do not send.
 */
export function parseJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error') as FastifyBodyParser<string>;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, (error, value) => done(error && explain(body), value));
  });
}

/** Fastify refuses what is no JSON and what could change the prototypes of careless code in the same words. */
function explain(body: string): MalformedBodyError {
  try {
    JSON.parse(body);
  } catch {
    return new MalformedBodyError('is no JSON');
  }
  return new MalformedBodyError('has a member __proto__ or constructor.prototype, which is refused');
}
