import { Logger as NestCommonLogger } from '@nestjs/common';
import { Logger, type LogFields } from './common/index.js';

/** Writes Cadre's log lines to the application's own logger, fields beside the message. */
export class NestLogger extends Logger {
  readonly #target = new NestCommonLogger('Cadre');

  debug(message: string, fields?: LogFields): void {
    this.#target.debug(message, ...asParams(fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#target.log(message, ...asParams(fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#target.warn(message, ...asParams(fields));
  }

  error(message: string, fields?: LogFields): void {
    this.#target.error(message, ...asParams(fields));
  }
}

function asParams(fields: LogFields | undefined): [] | [LogFields] {
  return fields === undefined ? [] : [fields];
}
