import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** Serves the OpenAPI document, generated from the schemas that validate the requests, and a page to try it. */
export function serveOpenApi(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= buildOpenApi(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Cadre API',
  });
}

/** The OpenAPI 3.1 document of an application. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Cadre')
    .setDescription(
      'Agent registry and orchestrator: routes tasks to agents by capability, and runs workflows of many.',
    )
    .setVersion(packageVersion())
    .setOpenAPIVersion('3.1.0')
    .build();
  return SwaggerModule.createDocument(app, config);
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
