import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';

/**
 * Lines are written together, when there are 4 KiB of them or after 100 ms: a write for each would cost a busy server a
 * tenth of its time. A process that exits writes what is left; one that is killed loses it.
 */
const BATCH = { minLength: 4_096, periodicFlush: 100 };

/** A pino logger that writes JSON lines to the standard output, without the event loop waiting for it. */
export function createPino(level: string): Pino {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ sync: false, ...BATCH }),
  );
}

/** Where Nest tells of each module and route it loads: too much for every day. */
const CHATTY_CONTEXTS = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

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

  /** Objects among the parameters are fields, an error is told whole, the last text is the context, one before it a stack. */
  #write(level: LogLevel, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const objects = rest.filter((part) => typeof part === 'object' && part !== null);
    const err = [message, ...objects].find((part) => part instanceof Error);
    const fields = Object.assign({}, ...objects.filter((part) => !(part instanceof Error))) as object;
    const line = { ...fields, err, context: texts.at(-1), stack: texts.at(-2) };
    if (typeof message === 'string') this.target[level](line, message);
    else if (message instanceof Error) this.target[level](line, message.message);
    // pino can write what JSON.stringify cannot.
    else this.target[level]({ ...line, message });
  }
}
