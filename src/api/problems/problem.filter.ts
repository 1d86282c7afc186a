import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isCadreError, Logger, messageOf } from '../../common/index.js';
import { pathOf } from '../http/request-path.js';
import {
  toHttpProblem,
  toInternalProblem,
  toProblem,
  writeProblem,
  type Problem,
  type ProblemPlace,
} from './problem.js';

/** Turns everything that is thrown while a request is served into an RFC 9457 problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // The answer may have begun: it cannot become another one then.
    if (reply.sent) return;
    const health = readHealthResult(thrown);
    if (health !== undefined) {
      void reply.status(503).send(health);
      return;
    }
    const problem = this.#describe(thrown, { path: pathOf(request), requestId: request.id });
    const seconds = secondsToRetry(problem);
    if (seconds !== undefined) void reply.header('retry-after', seconds);
    void reply.status(problem.status).type('application/problem+json').send(writeProblem(problem));
  }

  #describe(thrown: unknown, place: ProblemPlace): Problem {
    if (isCadreError(thrown) && thrown.kind !== 'internal') return toProblem(thrown, place);
    const status = readHttpStatus(thrown);
    if (status === undefined || status >= 500) {
      this.logger.error('a request failed inside', {
        requestId: place.requestId,
        error: messageOf(thrown),
        stack: thrown instanceof Error ? thrown.stack : undefined,
      });
    }
    return status === undefined
      ? toInternalProblem(place)
      : toHttpProblem(status, describeHttp(thrown), place);
  }
}

/** Whole seconds, as the header has them (RFC 9110, section 10.2.3), where the error knows when to come back. */
function secondsToRetry({ details }: Problem): number | undefined {
  const ms = details?.['retryAfterMs'];
  return typeof ms === 'number' && ms >= 0 && ms < Infinity ? Math.ceil(ms / 1_000) : undefined;
}

/** The status that somebody chose on purpose: of an HTTP exception, or of an error of Fastify over a request. */
function readHttpStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Nest's own validation puts what it found beside the message of its exception. */
function describeHttp(thrown: unknown): string {
  const response: unknown = thrown instanceof HttpException ? thrown.getResponse() : undefined;
  const { message } = (typeof response === 'object' ? response : {}) as { message?: unknown };
  return Array.isArray(message) ? messageOf(message.join('; ')) : messageOf(thrown);
}

/** A failed health check answers in its own form, which monitors know. */
function readHealthResult(thrown: unknown): object | undefined {
  if (!(thrown instanceof HttpException) || thrown.getStatus() !== 503) return undefined;
  const response = thrown.getResponse();
  return typeof response === 'object' && 'status' in response && 'details' in response ? response : undefined;
}
