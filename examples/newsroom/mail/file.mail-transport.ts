import { randomUUID } from 'node:crypto';
import { link, mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { DeliveryConfirmation } from '../capabilities.js';
import { MailTransport, toMailOptions, type MailMessage } from './mail-transport.js';

/** Writes mails as `.eml` files into `outbox` in the data folder, where a mail program can open them. */
export class FileMailTransport extends MailTransport {
  readonly #folder: string;

  constructor(dataFolder: string) {
    super();
    this.#folder = join(dataFolder, 'outbox');
  }

  async deliver(message: MailMessage): Promise<DeliveryConfirmation> {
    const name = `${message.messageId.split('@')[0]}.eml`;
    const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    const composed = await composer.sendMail(toMailOptions(message));
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#writeOnce(name, composed.message as Buffer);
    return {
      messageId: message.messageId,
      transport: 'file',
      location: `outbox/${name}`,
      accepted: [message.to],
    };
  }

  /** Written aside and linked: the file is whole or absent, and of two writers one finds that it is there. */
  async #writeOnce(name: string, content: Buffer): Promise<void> {
    const aside = join(this.#folder, `.${name}.${randomUUID()}`);
    await writeFile(aside, content, { flag: 'wx', mode: 0o600 });
    try {
      await link(aside, join(this.#folder, name));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    } finally {
      await unlink(aside);
    }
  }
}
