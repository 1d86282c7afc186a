import type { Tokens } from 'marked';
import { markdownTokens } from '../../docs/repository.js';
import { sendAsWritten, withNewsroom } from '../newsroom/newsroom.js';
import { itemsOf, type Answer } from '../rest/server.js';
import { EventClient } from './event-client.js';

const PAGE = 'docs/guides/running-workflows.md';

/** The first code block of a language on the page. */
function codeOn(language: string): string {
  const blocks = markdownTokens(PAGE).filter((token): token is Tokens.Code => token.type === 'code');
  return blocks.find(({ lang }) => lang === language)?.text ?? '';
}

describe('the guide to workflows', () => {
  it('does what it says, word for word', async () => {
    await withNewsroom({ CADRE_PERSISTENCE: 'memory' }, async (client) => {
      let variables: Record<string, string> = {};
      const send = (part: string): Promise<Answer> => sendAsWritten(client, PAGE, part, variables);
      // As curl sends the file.
      const upload = { body: codeOn('yaml'), headers: { 'content-type': 'application/yaml' } };

      expect(await client.send('POST', 'workflows/validate', upload)).toMatchObject({
        body: { valid: true },
      });
      expect(await client.send('PUT', 'workflows/brief', upload)).toMatchObject({ status: 201 });
      expect(await client.send('PUT', 'workflows/brief', upload)).toMatchObject({ status: 200 });
      const started = await send('/api/v1/runs');
      expect(started).toMatchObject({ status: 202, body: { workflow: 'brief' } });
      expect((await send('/api/v1/runs')).body['runId']).toBe(started.body['runId']);
      variables = { RUN: started.body['runId'] as string };

      const stream = await EventClient.open(`${client.url}/api/v1/runs/${variables['RUN']}/events`);
      expect((await stream.upTo('step.waiting')).at(-1)?.data).toMatchObject({
        subject: 'Publish a brief on how is an agent chosen?',
      });
      expect(itemsOf(await send('$RUN/steps')).map(({ status }) => status)).toEqual([
        'succeeded',
        'waiting',
        'pending',
      ]);
      expect((await send('$RUN/graph')).text).toContain('waiting');
      expect(await send('workflow=brief')).toMatchObject({ status: 200 });
      expect(await send('approvals/approve')).toMatchObject({ status: 200 });
      const events = await send('$RUN/events');
      expect(events.text).toContain('event: run.finished');
      expect(await client.get(`runs/${variables['RUN']}`)).toMatchObject({ body: { status: 'succeeded' } });
      expect(await send('$RUN/cancel')).toMatchObject({ status: 409 });
      expect(await send('runs?wait=20s')).toMatchObject({ status: 200, body: { status: 'succeeded' } });
    });
  });
});
