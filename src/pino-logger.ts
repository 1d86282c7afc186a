import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';

/** A pino logger that writes JSON lines to the standard output, without the event loop waiting for it. */
export function createPino(level: string): Pino {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['req.headers.authorization', 'req.headers.cookie'],
    },
    pino.destination({ sync: false }),
  );
}

/** Where Nest tells of each module and route it loads: too much for every day. */
const CHATTY_CONTEXTS = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Nest's logger on pino: `log(message, fields?, context?)` becomes one line. */
export class PinoLoggerService implements LoggerService {
  constructor(private readonly target: Pino) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(CHATTY_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Objects among the parameters are fields; the last text is the context, one before it a stack. */
  #write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const fields = Object.assign(
      {},
      ...rest.filter((part) => typeof part === 'object' && part !== null),
    ) as object;
    const [context, stack] = [texts.at(-1), texts.at(-2)];
    const line = { ...fields, context, ...(stack === undefined ? {} : { stack }) };
    if (message instanceof Error) this.target[level]({ ...line, err: message }, message.message);
    else this.target[level](line, typeof message === 'string' ? message : JSON.stringify(message));
  }
}
