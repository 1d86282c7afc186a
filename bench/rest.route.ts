import { Body, Controller, HttpCode, Post, StandardSchemaValidationPipe, type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Schema } from '../src/common/index.js';
import { RestModule } from '../src/server.js';

/** Where the bare route is served. */
export const BARE_PATH = '/bare';

/**
 * A route that validates the body of a task request as Nest does it, and answers the same each time.
 *
 * @param answer what it answers; written as JSON anew for each request, as any answer is
 */
export function bareController(answer: { current: unknown }): Type {
  @Controller(BARE_PATH)
  class BareController {
    @Post()
    @HttpCode(200)
    post(@Body({ schema: taskBodySchema(), pipes: [new StandardSchemaValidationPipe()] }) _body: unknown) {
      return answer.current;
    }
  }
  return BareController;
}

/** The very schema by which the task route validates, read from the route: a copy of it would soon be another one. */
function taskBodySchema(): Schema {
  const controllers = Reflect.getMetadata('controllers', RestModule) as Type[];
  for (const controller of controllers) {
    const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, 'runTask') as
      Record<string, { readonly schema?: Schema }> | undefined;
    const body = Object.entries(parameters ?? {}).find(([key]) => key.startsWith(`${RouteParamtypes.BODY}:`));
    if (body?.[1].schema !== undefined) return body[1].schema;
  }
  throw new Error('no controller of RestModule has a method runTask(@Body({ schema }))');
}
