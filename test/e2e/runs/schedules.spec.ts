import { serve } from '../rest/server.js';
import { stage } from './stage.js';

const { app, client } = await serve(stage());
afterAll(() => app.close());

const SAY_IT = {
  name: 'say_it',
  version: '1.0.0',
  input: { text: 'text' },
  steps: [{ id: 'say', capability: 'echo', input: '${ input.text }' }],
};
const DAILY = { workflow: 'say_it', cron: '0 9 * * *', timezone: 'Europe/Berlin', input: { text: 'hi' } };

beforeAll(() => client.put('workflows/say_it', SAY_IT));

describe('/schedules', () => {
  it('keeps, lists and removes schedules', async () => {
    expect(await client.put('schedules/daily', DAILY)).toMatchObject({
      status: 200,
      body: { ...DAILY, id: 'daily', nextAt: expect.stringMatching(/T0[78]:00:00/) },
    });
    await client.put('schedules/daily', { ...DAILY, cron: '*/5 * * * *' });
    await client.put('schedules/another', { workflow: 'say_it@^1', cron: '0 0 1 * *', input: { text: 'x' } });
    expect((await client.get('schedules')).body).toMatchObject({
      items: [
        { id: 'another', timezone: 'UTC' },
        { id: 'daily', cron: '*/5 * * * *' },
      ],
      nextCursor: null,
    });
    expect(await client.send('DELETE', 'schedules/daily')).toMatchObject({ status: 204 });
    expect(await client.get('schedules/daily')).toMatchObject({
      status: 404,
      body: { code: 'SCHEDULE_UNKNOWN' },
    });
  });

  it('keeps the workflow of a schedule from being removed, unless that is forced', async () => {
    await client.put('workflows/chore', { ...SAY_IT, name: 'chore' });
    await client.put('schedules/chores', { ...DAILY, workflow: 'chore@^1' });
    expect(await client.delete('workflows/chore')).toMatchObject({
      status: 409,
      body: { code: 'WORKFLOW_IN_USE', details: { usedBy: [], schedules: ['chores'] } },
    });
    expect(await client.delete('workflows/chore?force=yes')).toMatchObject({ status: 400 });
    expect(await client.delete('workflows/chore?force=true')).toMatchObject({ status: 204 });
    expect(await client.get('workflows/chore')).toMatchObject({ status: 404 });
  });

  it.each([
    ['a cron of four fields', { cron: '0 9 * *' }, 400, 'SCHEDULE_INVALID'],
    ['a time zone that is none', { timezone: 'Berlin' }, 400, 'SCHEDULE_INVALID'],
    ['a workflow that is not there', { workflow: 'sya_it' }, 404, 'WORKFLOW_UNKNOWN'],
    ['an input that the workflow does not take', { input: { txt: 'hi' } }, 400, 'INPUT_INVALID'],
    ['an unknown field', { corn: '0 9 * * *' }, 400, 'REQUEST_INVALID'],
  ])('refuses %s', async (_, change, status, code) => {
    expect(await client.put('schedules/wrong', { ...DAILY, ...change })).toMatchObject({
      status,
      body: { code },
    });
  });
});
