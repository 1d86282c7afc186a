import { Body, Controller, HttpCode, Post, StandardSchemaValidationPipe, type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Schema } from '../../src/common/index.js';
import { RestModule } from '../../src/server.js';

/** Where bare routes are served, by the method of Cadre's controllers whose body they take. */
export const BARE_PATHS = { runTask: '/bare-task', start: '/bare-run' } as const;

/** A route of Cadre that has a bare one beside it. */
export type RouteMethod = keyof typeof BARE_PATHS;

/** What each bare route answers; written as JSON anew for each request, as any answer is. */
export type BareAnswers = Record<RouteMethod, unknown>;

/** A route that validates its body as Nest does it, and answers the same each time. */
export function bareController(method: RouteMethod, answers: BareAnswers): Type {
  @Controller(BARE_PATHS[method])
  class BareController {
    @Post()
    @HttpCode(200)
    post(
      @Body({ schema: bodySchemaOf(method), pipes: [new StandardSchemaValidationPipe()] }) _body: unknown,
    ) {
      return answers[method];
    }
  }
  return BareController;
}

/** The very schema by which the route of Cadre validates, read from it: a copy would soon be another one. */
function bodySchemaOf(method: RouteMethod): Schema {
  const controllers = Reflect.getMetadata('controllers', RestModule) as Type[];
  for (const controller of controllers) {
    const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) as
      Record<string, { readonly schema?: Schema }> | undefined;
    const body = Object.entries(parameters ?? {}).find(([key]) => key.startsWith(`${RouteParamtypes.BODY}:`));
    if (body?.[1].schema !== undefined) return body[1].schema;
  }
  throw new Error(`no controller of RestModule has a method ${method}(@Body({ schema }))`);
}
