import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { jsonPath } from '../common/index.js';
import { InvalidRequestError } from './api.errors.js';

/**
 * One header of a request, by its schema; `undefined` when it is not there.
 * @param name in lower case
 * @throws REQUEST_INVALID
 */
export function readHeader(
  { headers }: Pick<FastifyRequest, 'headers'>,
  name: string,
  schema: z.ZodType<string>,
): string | undefined {
  const given = headers[name];
  if (given === undefined) return undefined;
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const path = jsonPath([name]);
  throw new InvalidRequestError(
    'headers',
    result.error.issues.map(({ message }) => ({ path, message })),
  );
}
