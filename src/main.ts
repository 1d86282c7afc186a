#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';
import { CadreError, messageOf } from './common/index.js';
import { startServer } from './server.js';

/** There is no module to serve. */
class AppModuleMissingError extends CadreError {
  constructor(problem: string) {
    super({ code: 'APP_MODULE_MISSING', kind: 'definition', message: problem });
  }
}

/** `cadre-server <file>` serves the Nest module that the file exports as `AppModule` or by default. */
async function main(file: string | undefined): Promise<void> {
  if (file === undefined) {
    throw new AppModuleMissingError('Say which module to serve: cadre-server ./dist/app.module.js');
  }
  const exported = (await import(pathToFileURL(resolve(file)).href)) as { AppModule?: Type; default?: Type };
  const appModule = exported.AppModule ?? exported.default;
  if (appModule === undefined) {
    throw new AppModuleMissingError(`${file} exports neither AppModule nor a default; export the module.`);
  }
  await startServer(appModule);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
