import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { FileMailTransport } from '../mail/file.mail-transport.js';
import { withFolder } from '../testing/surroundings.js';
import { taskContext } from '../testing/task-context.js';
import { EmailTool } from '../tools/email.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';
import { NotifierAgent } from './notifier.agent.js';

type Input = Parameters<NotifierAgent['execute']>[0];

async function mailOf(input: Input): Promise<ParsedMail> {
  let mail: ParsedMail | undefined;
  await withFolder({}, async (folder) => {
    const email = new EmailTool(new FileMailTransport(folder), 'desk@newsroom.example');
    const agent = new NotifierAgent(new TextSummarizerTool(), email);
    const { location } = await agent.execute(input, taskContext({ idempotencyKey: 'run-1:notify' }).task);
    mail = await simpleParser(await readFile(join(folder, location as string)));
  });
  return mail as ParsedMail;
}

describe('NotifierAgent', () => {
  it('mails the gist of a text under the subject it is given', async () => {
    const mail = await mailOf({
      text: '# News\n\nAll went well.\n\n```\ncode\n```',
      recipient: { address: 'ada@a.example', subject: 'Today' },
    });
    expect(mail).toMatchObject({ subject: 'Today', text: 'All went well.\n' });
  });

  it('calls a mail without a subject a notification', async () => {
    const mail = await mailOf({ text: 'Done.', recipient: { address: 'ada@a.example' } });
    expect(mail.subject).toBe('Notification');
  });

  it('mails the beginning of a text that has no sentences', async () => {
    const mail = await mailOf({ text: '```\n1 2 3\n```', recipient: { address: 'ada@a.example' } });
    expect(mail.text).toContain('1 2 3');
  });

  it('derives the Message-ID from the task', async () => {
    const input: Input = { text: 'Done.', recipient: { address: 'ada@a.example' } };
    expect((await mailOf(input)).messageId).toBe((await mailOf(input)).messageId);
  });
});
