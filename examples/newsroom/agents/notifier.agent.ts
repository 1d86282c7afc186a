import { Agent, type HandlerInput, type TaskContext } from 'cadre';
import { SendNotification, type DeliveryConfirmation } from '../capabilities.js';
import { shorten } from '../text/plain-text.js';
import { EmailTool } from '../tools/email.tool.js';
import { TextSummarizerTool } from '../tools/text-summarizer.tool.js';

const DEFAULT_SUBJECT = 'Notification';
const SUMMARY_SENTENCES = 5;
const MAX_BODY_CHARACTERS = 5_000;

/** Mails the gist of a text. The same task never leaves two different mails: the Message-ID derives from its idempotency key. */
@Agent(SendNotification, {
  name: 'notifier',
  version: '1.0.0',
  description: 'Summarizes a text and mails it.',
  maxConcurrentTasks: 4,
  costPerTaskUsd: 0,
  tags: ['mail'],
})
export class NotifierAgent {
  constructor(
    private readonly summarizer: TextSummarizerTool,
    private readonly email: EmailTool,
  ) {}

  async execute(
    input: HandlerInput<typeof SendNotification>,
    task: TaskContext,
  ): Promise<DeliveryConfirmation> {
    const { text, recipient } = input;
    const { summary } = await this.summarizer.use({ text, maxSentences: SUMMARY_SENTENCES });
    task.signal.throwIfAborted();
    return this.email.use({
      to: recipient.address,
      subject: recipient.subject ?? DEFAULT_SUBJECT,
      // A table or a list of keywords has no sentences; its beginning still tells what it is.
      text: summary || shorten(text.trim(), MAX_BODY_CHARACTERS),
      idempotencyKey: task.idempotencyKey,
    });
  }
}
