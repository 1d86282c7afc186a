import { createTransport } from 'nodemailer';
import type { DeliveryConfirmation } from '../capabilities.js';
import { MailError } from '../newsroom.errors.js';
import { MailTransport, toMailOptions, type MailMessage } from './mail-transport.js';

const STEP_TIMEOUT_MS = 10_000;

/** Sends by SMTP, one connection for each mail. */
export class SmtpMailTransport extends MailTransport {
  readonly #url: URL;

  /** @param url `smtp://user:password@host:port`; `smtps://` for TLS from the start */
  constructor(url: string) {
    super();
    this.#url = new URL(url);
  }

  async deliver(message: MailMessage, signal?: AbortSignal): Promise<DeliveryConfirmation> {
    signal?.throwIfAborted();
    const transport = createTransport(this.#options());
    const close = (): void => transport.close();
    signal?.addEventListener('abort', close, { once: true });
    try {
      const { accepted } = await transport.sendMail(toMailOptions(message));
      return { messageId: message.messageId, transport: 'smtp', accepted: [...accepted] };
    } catch (error) {
      throw toMailError(error as SmtpFailure, this.#url.host);
    } finally {
      signal?.removeEventListener('abort', close);
      close();
    }
  }

  #options() {
    const { protocol, hostname, port, username, password } = this.#url;
    const secure = protocol === 'smtps:';
    return {
      host: hostname,
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      auth:
        username === ''
          ? undefined
          : { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      connectionTimeout: STEP_TIMEOUT_MS,
      greetingTimeout: STEP_TIMEOUT_MS,
      socketTimeout: STEP_TIMEOUT_MS,
    };
  }
}

interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Replies from 500 on are final (RFC 5321, section 4.2.1); all else may pass. */
function toMailError(error: SmtpFailure, host: string): MailError {
  const reply = error.responseCode === undefined ? (error.code ?? 'no answer') : String(error.responseCode);
  if (error.code === 'EAUTH') {
    return new MailError(
      'MAIL_REJECTED',
      `server ${host} refused the user (${reply}); check NEWSROOM_SMTP_URL`,
      error,
    );
  }
  if ((error.responseCode ?? 0) >= 500) {
    return new MailError(
      'MAIL_REJECTED',
      `was refused by ${host} (${reply}); check sender and recipient`,
      error,
    );
  }
  return new MailError('MAIL_UNAVAILABLE', `could not be handed to ${host} (${reply}); try later`, error);
}
