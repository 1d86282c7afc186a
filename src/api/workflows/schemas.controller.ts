import { Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { workflowJsonSchema } from '../../workflows/index.js';
import { JSON_SCHEMA } from '../media-types.js';
import { RestController } from '../rest.decorator.js';

/** Schemas for editors: what the OpenAPI document does not tell. */
@RestController('schemas', 'workflows')
export class SchemasController {
  @Get('workflow.json')
  @Header('content-type', `${JSON_SCHEMA}; charset=utf-8`)
  @ApiOperation({
    summary: 'The JSON Schema of workflows',
    description: 'For editors: draft 2020-12, of workflows as JSON or YAML.',
  })
  @ApiResponse({
    status: 200,
    description: 'The schema.',
    content: { [JSON_SCHEMA]: { schema: { type: 'object' } } },
  })
  workflow() {
    return workflowJsonSchema;
  }
}
