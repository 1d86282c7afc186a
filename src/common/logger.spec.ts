import { Logger, SilentLogger, type LogFields } from './logger.js';

class RecordingLogger extends Logger {
  readonly lines: [level: string, message: string, fields: LogFields | undefined][] = [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push(['debug', message, fields]);
  }
  info(message: string, fields?: LogFields): void {
    this.lines.push(['info', message, fields]);
  }
  warn(message: string, fields?: LogFields): void {
    this.lines.push(['warn', message, fields]);
  }
  error(message: string, fields?: LogFields): void {
    this.lines.push(['error', message, fields]);
  }
}

describe('Logger', () => {
  it('adds its fields to lines of every level', () => {
    const target = new RecordingLogger();
    const logger = target.with({ run: 'r1' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('line', { n: 1 });
    expect(target.lines).toEqual(
      ['debug', 'info', 'warn', 'error'].map((level) => [level, 'line', { run: 'r1', n: 1 }]),
    );
  });

  it('adds fields to fields, the nearest winning', () => {
    const target = new RecordingLogger();
    target.with({ run: 'r1', step: 'a' }).with({ step: 'b', try: 1 }).info('line', { try: 2 });
    expect(target.lines).toEqual([['info', 'line', { run: 'r1', step: 'b', try: 2 }]]);
  });

  it('leaves the logger it was made from as it is', () => {
    const target = new RecordingLogger();
    target.with({ run: 'r1' });
    target.info('line');
    expect(target.lines).toEqual([['info', 'line', undefined]]);
  });
});

describe('SilentLogger', () => {
  it('drops lines of every level', () => {
    const logger = new SilentLogger().with({ run: 'r1' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(logger[level]('line')).toBeUndefined();
    }
  });
});
