import { Tool, type ToolContext } from 'cadre';
import { z } from 'zod';
import { DeliveryConfirmation } from '../capabilities.js';
import { messageIdFor, type MailTransport } from '../mail/mail-transport.js';

const EmailInput = z.strictObject({
  to: z.email().max(254),
  // No control character: a line break would start a header of the sender's choice.
  subject: z
    .string()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters'),
  text: z.string().min(1).max(100_000),
  /** Of the task that sends: the same key gives the same Message-ID. */
  idempotencyKey: z.string().min(1).max(500),
});

/** Sends a mail, by SMTP or into the outbox, as configured. */
@Tool({
  name: 'email',
  description: 'Sends a plain-text mail.',
  input: EmailInput,
  output: DeliveryConfirmation,
  maxConcurrency: 4,
  timeoutMs: 60_000,
})
export class EmailTool {
  constructor(
    private readonly transport: MailTransport,
    private readonly from: string,
  ) {}

  /** @throws MAIL_REJECTED, MAIL_UNAVAILABLE */
  use(input: z.infer<typeof EmailInput>, context?: ToolContext): Promise<DeliveryConfirmation> {
    const { to, subject, text, idempotencyKey } = input;
    const messageId = messageIdFor(idempotencyKey, this.from);
    return this.transport.deliver({ from: this.from, to, subject, text, messageId }, context?.signal);
  }
}
