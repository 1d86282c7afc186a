import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { InvalidRequestError } from './api.errors.js';
import { readHeader } from './request-header.js';

const HEADER = 'x-cadre-tenant';

const headerValue = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters, without blanks');

/**
 * On whose behalf a request is made: as its body or its header says. A gateway that knows its callers sets the header; so a body
 * that says otherwise is refused.
 * @throws REQUEST_INVALID
 */
export function tenantOf(
  request: Pick<FastifyRequest, 'headers'>,
  inBody: string | undefined,
): string | undefined {
  const inHeader = readHeader(request, HEADER, headerValue);
  if (inHeader === undefined || inBody === undefined || inHeader === inBody) return inHeader ?? inBody;
  throw new InvalidRequestError('body', [
    { path: '$.tenant', message: `is not the one of the header ${HEADER}` },
  ]);
}
