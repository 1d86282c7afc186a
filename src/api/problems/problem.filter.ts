import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isCadreError, Logger, messageOf } from '../../common/index.js';
import { toHttpProblem, toInternalProblem, toProblem, type Problem, type ProblemPlace } from './problem.js';

/** Turns everything that is thrown while a request is served into an RFC 9457 problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // The client may have gone, or the answer may have begun: there is nobody to tell then.
    if (reply.sent) return;
    const place = { path: request.url.split('?', 1)[0] as string, requestId: request.id };
    const health = readHealthResult(thrown);
    if (health !== undefined) {
      void reply.status(503).send(health);
      return;
    }
    const problem = this.#describe(thrown, place);
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }

  #describe(thrown: unknown, place: ProblemPlace): Problem {
    if (isCadreError(thrown) && thrown.kind !== 'internal') return toProblem(thrown, place);
    const status = readHttpStatus(thrown);
    if (status !== undefined && status < 500) return toHttpProblem(status, messageOf(thrown), place);
    if (status === 503) return toHttpProblem(status, messageOf(thrown), place);
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.logger.error('a request failed inside', {
      requestId: place.requestId,
      error: messageOf(thrown),
      stack,
    });
    return toInternalProblem(place);
  }
}

/** The status of an HTTP exception, or of an error that Fastify made before Nest came in. */
function readHttpStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

/** A failed health check answers in its own form, which monitors know. */
function readHealthResult(thrown: unknown): object | undefined {
  if (!(thrown instanceof HttpException) || thrown.getStatus() !== 503) return undefined;
  const response = thrown.getResponse();
  return typeof response === 'object' && 'status' in response && 'details' in response ? response : undefined;
}

/** Answers what the router itself refuses, such as a malformed URL, before Nest comes in. */
export function sendFrameworkProblem(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const place = { path: request.url.split('?', 1)[0] as string, requestId: request.id };
  const problem = toHttpProblem(error.statusCode ?? 400, error.message, place);
  // No hook has run yet, so the headers that every other answer has are set here.
  void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
  void reply.status(problem.status).type('application/problem+json').send(problem);
}
