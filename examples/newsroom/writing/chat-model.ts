import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, streamText } from 'ai';
import { isCadreError, type UsageReport } from 'cadre';
import { ChatModelError } from '../newsroom.errors.js';
import type { ModelSettings } from '../newsroom.options.js';
import type { Prompt } from './prompt.js';

/** Characters after which an answer is cut off, whatever limits the server keeps. */
const MAX_ANSWER_CHARACTERS = 200_000;

/**
 * An OpenAI-compatible chat model, or none when none is configured. It is no tool: a tool returns once, and this one's
 * text has to reach the caller while it is written.
 */
export class ChatModel {
  constructor(private readonly settings?: ModelSettings) {}

  get isConfigured(): boolean {
    return this.settings !== undefined;
  }

  /**
   * Yields the answer piece by piece and returns what it used. One try: retries are Cadre's.
   * @throws MODEL_REFUSED, MODEL_UNAVAILABLE, or the signal's reason
   */
  async *write(prompt: Prompt, signal: AbortSignal): AsyncGenerator<string, UsageReport, void> {
    const settings = this.settings as ModelSettings;
    try {
      return yield* stream(settings, prompt, signal);
    } catch (error) {
      throw toChatModelError(settings.name, error, signal);
    }
  }
}

async function* stream(
  settings: ModelSettings,
  prompt: Prompt,
  signal: AbortSignal,
): AsyncGenerator<string, UsageReport, void> {
  const { fullStream } = streamText({
    model: modelOf(settings),
    system: prompt.system,
    prompt: prompt.user,
    maxOutputTokens: settings.maxOutputTokens,
    maxRetries: 0,
    abortSignal: signal,
    // The error comes with the stream as well; by default it would be printed too.
    onError: () => {},
  });
  let characters = 0;
  for await (const part of fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta' && characters < MAX_ANSWER_CHARACTERS) {
      characters += part.text.length;
      yield part.text;
    }
    if (part.type === 'finish' && characters > 0) return toUsage(part.totalUsage, settings);
  }
  signal.throwIfAborted();
  throw new ChatModelError(settings.name, 'execution', 'wrote nothing; try another model');
}

function modelOf({ url, name, key }: ModelSettings) {
  // Servers report tokens in a stream only when they are asked to.
  return createOpenAICompatible({ name: 'newsroom', baseURL: url, apiKey: key, includeUsage: true })(name);
}

function toUsage(
  { inputTokens = 0, outputTokens = 0 }: { inputTokens?: number; outputTokens?: number },
  { inputUsdPerMillion, outputUsdPerMillion }: ModelSettings,
): UsageReport {
  const costUsd = (inputTokens * inputUsdPerMillion + outputTokens * outputUsdPerMillion) / 1_000_000;
  return { inputTokens, outputTokens, costUsd };
}

function toChatModelError(model: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (isCadreError(error)) return error;
  const httpStatus = APICallError.isInstance(error) ? error.statusCode : undefined;
  const more = { httpStatus, cause: error };
  if (httpStatus === undefined || httpStatus < 400) {
    // With a good status, the connection broke in the middle of the answer.
    const problem = 'cannot be reached, or broke off; try later, or check NEWSROOM_MODEL_URL';
    return new ChatModelError(model, 'unavailable', problem, more);
  }
  if (httpStatus === 429 || httpStatus >= 500) {
    return new ChatModelError(model, 'unavailable', `is busy or failed (${httpStatus}); try later`, more);
  }
  const remedy =
    httpStatus === 401 || httpStatus === 403
      ? 'check NEWSROOM_MODEL_KEY'
      : 'check NEWSROOM_MODEL and NEWSROOM_MODEL_URL';
  const problem = `refused the request (${httpStatus}); ${remedy}`;
  return new ChatModelError(model, 'execution', problem, { ...more, retryable: false });
}
