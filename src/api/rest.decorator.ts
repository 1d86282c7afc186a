import {
  applyDecorators,
  Controller,
  createParamDecorator,
  UseFilters,
  UsePipes,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiDefaultResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Schema } from '../common/index.js';
import { API_PREFIX } from './api.constants.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { RequestValidation } from './request-validation.js';
import { problem } from './common.schemas.js';

/** A controller under the versioned interface, whose requests are validated by their schemas and whose errors are problems. */
export function RestController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    ApiTags(tag),
    Controller(`${API_PREFIX}/${path}`),
    UsePipes(new RequestValidation()),
    UseFilters(ProblemFilter),
    ApiDefaultResponse({ description: 'A problem document (RFC 9457).', standardSchema: problem }),
  );
}

/** Documents the answer of a route by the schema it is written to. */
export function Answers(status: number, schema: Schema, description: string): MethodDecorator {
  return ApiResponse({ status, description, standardSchema: schema });
}

/** A signal that aborts when the client goes away before it has its answer. */
export const Disconnected = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort('the client went away');
  });
  return controller.signal;
});
