import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { FileMailTransport } from '../mail/file.mail-transport.js';
import { SmtpMailTransport } from '../mail/smtp.mail-transport.js';
import { withFolder } from '../testing/surroundings.js';
import { EmailTool } from './email.tool.js';

const FROM = 'desk@newsroom.example';
const MAIL = {
  to: 'ada@a.example',
  subject: 'Brief – née',
  text: 'All is well.\n',
  idempotencyKey: 'task-1',
};

async function withSmtp(
  options: SMTPServerOptions,
  test: (host: string, received: ParsedMail[]) => Promise<void>,
): Promise<void> {
  const received: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onData: (stream, _, done) => {
      const parsed = simpleParser(stream).then((mail) => received.push(mail));
      void parsed.finally(done);
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await test(`127.0.0.1:${(server.server.address() as AddressInfo).port}`, received);
  } finally {
    await new Promise<void>((resolve) => server.close(resolve));
  }
}

const smtp = (url: string): EmailTool => new EmailTool(new SmtpMailTransport(url), FROM);

function refusing(responseCode: number): SMTPServerOptions {
  return { onRcptTo: (_, __, done) => done(Object.assign(new Error('no'), { responseCode })) };
}

describe('EmailTool by SMTP', () => {
  it('sends a mail that says what it was given', () =>
    withSmtp({}, async (host, received) => {
      const confirmation = await smtp(`smtp://${host}`).use(MAIL);
      expect(confirmation).toMatchObject({ transport: 'smtp', accepted: ['ada@a.example'] });
      expect(received).toHaveLength(1);
      expect(received[0]).toMatchObject({
        subject: MAIL.subject,
        text: MAIL.text,
        messageId: `<${confirmation.messageId}>`,
        from: { value: [{ address: FROM }] },
        to: { value: [{ address: MAIL.to }] },
      });
    }));

  it('gives a repeat the same Message-ID, and another task another one', () =>
    withSmtp({}, async (host, received) => {
      for (const idempotencyKey of ['a', 'a', 'b'])
        await smtp(`smtp://${host}`).use({ ...MAIL, idempotencyKey });
      const [first, second, third] = received.map(({ messageId }) => messageId);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
    }));

  it('signs in with the user and password of the URL', () =>
    withSmtp(
      {
        authOptional: false,
        onAuth: ({ username, password }, _, done) =>
          username === 'me@x' && password === 'p:w' ? done(null, { user: 1 }) : done(new Error('no')),
      },
      async (host) => {
        expect(await smtp(`smtp://me%40x:p%3Aw@${host}`).use(MAIL)).toMatchObject({ transport: 'smtp' });
        const refused = smtp(`smtp://me%40x:wrong@${host}`).use(MAIL);
        await expect(refused).rejects.toMatchObject({
          code: 'MAIL_REJECTED',
          message: expect.stringMatching(/NEWSROOM_SMTP_URL/),
        });
      },
    ));

  it.each([
    [550, 'MAIL_REJECTED', false],
    [451, 'MAIL_UNAVAILABLE', true],
  ])('turns a reply of %i into %s', (reply, code, retryable) =>
    withSmtp(refusing(reply), async (host) => {
      await expect(smtp(`smtp://${host}`).use(MAIL)).rejects.toMatchObject({ code, retryable });
    }),
  );

  it('says that a server cannot be reached', async () => {
    await expect(smtp('smtp://127.0.0.1:1').use(MAIL)).rejects.toMatchObject({ code: 'MAIL_UNAVAILABLE' });
  });

  it('sends nothing for a canceled task', () =>
    withSmtp({}, async (host, received) => {
      const message = { from: FROM, ...MAIL, messageId: 'x@y' };
      const reason = new DOMException('canceled', 'AbortError');
      const sending = new SmtpMailTransport(`smtp://${host}`).deliver(message, AbortSignal.abort(reason));
      await expect(sending).rejects.toBe(reason);
      expect(received).toEqual([]);
    }));
});

describe('EmailTool without a server', () => {
  it('writes the mail into the outbox, where a mail program can read it', () =>
    withFolder({}, async (folder) => {
      const { location, ...rest } = await new EmailTool(new FileMailTransport(folder), FROM).use(MAIL);
      expect(rest).toMatchObject({ transport: 'file', accepted: ['ada@a.example'] });
      const mail = await simpleParser(await readFile(join(folder, location as string)));
      expect(mail).toMatchObject({
        subject: MAIL.subject,
        messageId: `<${rest.messageId}>`,
        text: MAIL.text,
      });
    }));

  it('never writes the mail of one key twice, however many try at once', () =>
    withFolder({}, async (folder) => {
      const tool = new EmailTool(new FileMailTransport(folder), FROM);
      const first = await tool.use(MAIL);
      const written = await readFile(join(folder, first.location as string));
      const repeats = await Promise.all([1, 2, 3].map(() => tool.use({ ...MAIL, text: 'Other words.' })));
      expect(repeats).toEqual([first, first, first]);
      expect(await readdir(join(folder, 'outbox'))).toHaveLength(1);
      expect(await readFile(join(folder, first.location as string))).toEqual(written);
    }));

  it('passes on that the outbox cannot be written', () =>
    withFolder({ outbox: 'a file' }, async (folder) => {
      const writing = new EmailTool(new FileMailTransport(folder), FROM).use(MAIL);
      await expect(writing).rejects.toMatchObject({ code: 'EEXIST' });
    }));
});

describe('what EmailTool refuses', () => {
  it.each([
    [{ subject: 'Hi\r\nBcc: eve@e.example' }],
    [{ subject: 'Hi\nthere' }],
    [{ to: 'ada@a.example\r\nBcc: eve@e.example' }],
    [{ to: 'ada@a.example, eve@e.example' }],
    [{ to: 'no address' }],
    [{ subject: '' }],
  ])('%j', (wrong) =>
    withFolder({}, async (folder) => {
      const sending = new EmailTool(new FileMailTransport(folder), FROM).use({ ...MAIL, ...wrong });
      await expect(sending).rejects.toMatchObject({ code: 'TOOL_INPUT_INVALID' });
      expect(await readdir(folder)).toEqual([]);
    }),
  );
});
