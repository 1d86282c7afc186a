import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.js';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const MODULE = fileURLToPath(new URL('./hall.module.ts', import.meta.url));

describe('cadre-server', () => {
  it('serves the module that a file exports', async () => {
    const server = await ServerProcess.start({}, MAIN, MODULE);
    expect(await server.client.task('echo', { input: 'there' })).toMatchObject({
      status: 200,
      body: { output: 'there', agent: 'hall' },
    });
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['no file is named', [], 'Say which module to serve: cadre-server ./dist/app.module.js'],
    [
      'the file exports no module',
      [fileURLToPath(new URL('./typescript-hooks.js', import.meta.url))],
      'export the module',
    ],
    ['there is no such file', ['./nowhere.js'], 'nowhere.js'],
    ['a setting is wrong', [MODULE], 'PORT is "-1"; it must be a whole number from 0 to 65535'],
  ])('says in plain words when %s', async (_, args, told) => {
    const server = ServerProcess.spawn({ PORT: '-1' }, MAIN, ...args);
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.output).toContain(told);
    expect(server.output).not.toMatch(/^ +at /m);
  });
});
