import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createPino, PinoLoggerService } from './pino-logger.js';

type Line = Record<string, unknown>;

/** The lines that a use of the logger writes. */
function linesOf(use: (logger: PinoLoggerService) => void): Line[] {
  const lines: Line[] = [];
  const target = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Line);
      done();
    },
  });
  const options = {
    level: 'trace',
    base: null,
    timestamp: false,
    formatters: { level: (level: string) => ({ level }) },
  };
  use(new PinoLoggerService(pino(options, target)));
  return lines;
}

describe('PinoLoggerService', () => {
  it.each([
    ['log', 'info'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['debug', 'debug'],
    ['verbose', 'trace'],
    ['fatal', 'fatal'],
  ] as const)('writes %s as a line of level %s, with fields and context', (method, level) => {
    expect(linesOf((logger) => logger[method]('hello', { agent: 'a' }, { taskId: 1 }, 'Cadre'))).toEqual([
      { level, agent: 'a', taskId: 1, context: 'Cadre', msg: 'hello' },
    ]);
  });

  it('tells the stack that Nest hands over with an error', () => {
    expect(linesOf((logger) => logger.error('it broke', 'Error: at x', 'Router'))).toEqual([
      { level: 'error', context: 'Router', stack: 'Error: at x', msg: 'it broke' },
    ]);
  });

  it('tells an error whole, as the message or beside it', () => {
    const error = new TypeError('it broke');
    const err = expect.objectContaining({
      type: 'TypeError',
      message: 'it broke',
      stack: expect.any(String),
    });
    expect(linesOf((logger) => logger.error(error))).toEqual([{ level: 'error', err, msg: 'it broke' }]);
    expect(linesOf((logger) => logger.warn('odd', error, 'Cadre'))).toEqual([
      { level: 'warn', err, context: 'Cadre', msg: 'odd' },
    ]);
  });

  it('writes what JSON cannot carry, as a message and as a field', () => {
    const loop: Line = { size: 10n };
    loop['self'] = loop;
    const [asMessage, asField] = linesOf((logger) => {
      logger.log(loop);
      logger.log('odd', { loop });
    });
    expect(asMessage).toMatchObject({ level: 'info', message: { self: '[Circular]' } });
    expect(asField).toMatchObject({ msg: 'odd', loop: { self: '[Circular]' } });
  });

  it('keeps what Nest tells of each module and route for those who ask', () => {
    const levels = linesOf((logger) => {
      logger.log('AppModule dependencies initialized', 'InstanceLoader');
      logger.log('Mapped {/agents, GET} route', 'RouterExplorer');
      logger.log('Nest application successfully started', 'NestApplication');
    }).map(({ level }) => level);
    expect(levels).toEqual(['debug', 'debug', 'info']);
  });
});

describe('createPino', () => {
  it('has the level it is told', () => {
    expect(createPino('silent').level).toBe('silent');
    expect(createPino('warn').isLevelEnabled('info')).toBe(false);
  });
});
