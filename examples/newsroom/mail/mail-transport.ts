import { createHash } from 'node:crypto';
import type { DeliveryConfirmation } from '../capabilities.js';

/** A mail, ready to be handed over. */
export interface MailMessage {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Without angle brackets; the same for every try of one task. */
  readonly messageId: string;
}

/** Hands mails over: to a server, or to a folder. */
export abstract class MailTransport {
  /** @throws MAIL_REJECTED when it is of no use to try again, MAIL_UNAVAILABLE when it may be */
  abstract deliver(message: MailMessage, signal?: AbortSignal): Promise<DeliveryConfirmation>;
}

/** The Message-ID of a task's mail (RFC 5322, section 3.6.4): a repeat carries the same one, so that it is recognizable. */
export function messageIdFor(idempotencyKey: string, from: string): string {
  const digest = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 40);
  return `${digest}@${from.slice(from.lastIndexOf('@') + 1)}`;
}

/** Nodemailer's form of a message; files and URLs are never read on its behalf. */
export function toMailOptions({ from, to, subject, text, messageId }: MailMessage) {
  return {
    from: { name: '', address: from },
    to: { name: '', address: to },
    subject,
    text,
    messageId: `<${messageId}>`,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
