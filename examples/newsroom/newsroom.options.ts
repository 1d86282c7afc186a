import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SettingsError } from './newsroom.errors.js';

/** Two levels up from here, in `examples/` as in `dist-examples/`, is the project. */
const PROJECT_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

/** What the default library holds of the project: its own documentation and nothing else. */
const PROJECT_DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs'];

const httpUrl = z
  .url({ protocol: /^https?$/ })
  .transform((url) => url.replace(/\/+$/, ''))
  .optional();
const mailServer = z.url({ protocol: /^smtps?$/ }).optional();
const key = z.string().trim().min(1).max(500).optional();
const folder = z.string().trim().min(1).optional();
const whole = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);
const price = z.coerce.number().min(0).max(10_000).default(0);

const MEBIBYTE = 1_048_576;

/** Every variable: how it is read, and what to write instead of a value that does not do. */
const VARIABLES = {
  NEWSROOM_LIBRARY_DIR: [folder, 'give the path of a folder'],
  NEWSROOM_DATA_DIR: [folder, 'give the path of a folder'],
  NEWSROOM_SEARCH: [
    z.enum(['library', 'searxng', 'brave', 'google']).default('library'),
    'write library, searxng, brave or google',
  ],
  NEWSROOM_SEARCH_TIMEOUT_MS: [whole(100, 60_000, 8_000), 'write whole milliseconds from 100 to 60000'],
  NEWSROOM_SEARXNG_URL: [httpUrl, 'write the http(s) address of a SearXNG server'],
  NEWSROOM_BRAVE_URL: [httpUrl, 'write an http(s) address, or leave it out'],
  NEWSROOM_BRAVE_KEY: [key, 'write the subscription token of the Brave Search API'],
  NEWSROOM_GOOGLE_URL: [httpUrl, 'write an http(s) address, or leave it out'],
  NEWSROOM_GOOGLE_KEY: [key, 'write the API key of Google Custom Search'],
  NEWSROOM_GOOGLE_ENGINE: [key, 'write the id of the search engine (cx)'],
  NEWSROOM_ALLOW_PRIVATE: [z.stringbool().default(false), 'write true or false'],
  NEWSROOM_FETCH_TIMEOUT_MS: [whole(100, 120_000, 15_000), 'write whole milliseconds from 100 to 120000'],
  NEWSROOM_FETCH_MAX_BYTES: [
    whole(1_024, 50 * MEBIBYTE, 5 * MEBIBYTE),
    'write whole bytes from 1024 to 52428800',
  ],
  NEWSROOM_DOCUMENT_MAX_BYTES: [
    whole(1_024, 100 * MEBIBYTE, 20 * MEBIBYTE),
    'write whole bytes from 1024 to 104857600',
  ],
  NEWSROOM_DOCUMENT_MAX_PAGES: [whole(1, 5_000, 500), 'write a whole number from 1 to 5000'],
  NEWSROOM_MODEL_URL: [httpUrl, 'write the http(s) base address of an OpenAI-compatible API'],
  NEWSROOM_MODEL: [key, 'write the name of a model'],
  NEWSROOM_MODEL_KEY: [key, 'write the API key, or leave it out'],
  NEWSROOM_MODEL_MAX_TOKENS: [whole(16, 100_000, 2_000), 'write a whole number from 16 to 100000'],
  NEWSROOM_MODEL_INPUT_USD: [price, 'write US dollars for a million tokens, from 0 to 10000'],
  NEWSROOM_MODEL_OUTPUT_USD: [price, 'write US dollars for a million tokens, from 0 to 10000'],
  NEWSROOM_SMTP_URL: [
    mailServer,
    'write smtp://user:password@host:port, or smtps://… for TLS from the start',
  ],
  NEWSROOM_MAIL_FROM: [z.email().optional(), 'write the mail address that the notifier sends from'],
} as const;

type Variable = keyof typeof VARIABLES;
type Values = { [V in Variable]: z.output<(typeof VARIABLES)[V][0]> };
type Environment = Readonly<Record<string, string | undefined>>;

/** Values that no message may show. */
const SECRETS = new Set<Variable>([
  'NEWSROOM_BRAVE_KEY',
  'NEWSROOM_GOOGLE_KEY',
  'NEWSROOM_MODEL_KEY',
  'NEWSROOM_SMTP_URL',
]);

/** The names of all variables, for the README's test. */
export const NEWSROOM_VARIABLES = Object.keys(VARIABLES) as readonly Variable[];

/** Which search provider, and what it needs. */
export type SearchSettings = { readonly timeoutMs: number } & (
  | { readonly provider: 'library' }
  | { readonly provider: 'searxng'; readonly url: string }
  | { readonly provider: 'brave'; readonly url: string; readonly key: string }
  | { readonly provider: 'google'; readonly url: string; readonly key: string; readonly engine: string }
);

/** An OpenAI-compatible chat model. */
export interface ModelSettings {
  readonly url: string;
  readonly name: string;
  readonly key?: string;
  /** Tokens it may write for one piece. */
  readonly maxOutputTokens: number;
  /** US dollars for a million tokens read, and written. */
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
}

/** The newsroom's settings, read from the environment and checked. It is its own injection token. */
export class NewsroomSettings {
  readonly library: { readonly folder: string; readonly entries?: readonly string[] };
  readonly dataFolder: string;
  readonly search: SearchSettings;
  readonly fetch: {
    readonly allowPrivateAddresses: boolean;
    readonly timeoutMs: number;
    readonly maxBytes: number;
  };
  readonly documents: { readonly maxBytes: number; readonly maxPages: number };
  /** Absent: the extractive writer writes. */
  readonly model?: ModelSettings;
  readonly mail: { readonly smtpUrl?: string; readonly from: string };

  /** @throws NEWSROOM_SETTINGS_INVALID naming each variable that does not do, and what to write instead */
  constructor(environment: Environment) {
    const values = readVariables(environment);
    this.library = values.NEWSROOM_LIBRARY_DIR
      ? { folder: resolve(values.NEWSROOM_LIBRARY_DIR) }
      : { folder: PROJECT_FOLDER, entries: PROJECT_DOCUMENTS };
    this.dataFolder = resolve(values.NEWSROOM_DATA_DIR ?? environment['CADRE_DATA_DIR'] ?? './data');
    this.search = resolveSearch(values);
    this.fetch = {
      allowPrivateAddresses: values.NEWSROOM_ALLOW_PRIVATE,
      timeoutMs: values.NEWSROOM_FETCH_TIMEOUT_MS,
      maxBytes: values.NEWSROOM_FETCH_MAX_BYTES,
    };
    this.documents = {
      maxBytes: values.NEWSROOM_DOCUMENT_MAX_BYTES,
      maxPages: values.NEWSROOM_DOCUMENT_MAX_PAGES,
    };
    this.model = resolveModel(values);
    this.mail = resolveMail(values);
  }
}

function readVariables(environment: Environment): Values {
  const values: Partial<Record<Variable, unknown>> = {};
  const problems: { variable: string; problem: string }[] = [];
  for (const variable of NEWSROOM_VARIABLES) {
    const [schema, remedy] = VARIABLES[variable];
    // An empty variable is an unset one: compose files and shells write both.
    const given = environment[variable]?.trim() || undefined;
    const result = schema.safeParse(given);
    if (result.success) values[variable] = result.data;
    else {
      const shown = SECRETS.has(variable) ? 'has a wrong value' : `is "${(given ?? '').slice(0, 60)}"`;
      problems.push({ variable, problem: `${shown}; ${remedy}` });
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Values;
}

function resolveSearch(values: Values): SearchSettings {
  const provider = values.NEWSROOM_SEARCH;
  const timeoutMs = values.NEWSROOM_SEARCH_TIMEOUT_MS;
  const needed = (variable: Variable): string =>
    requireValue(values, variable, `NEWSROOM_SEARCH is ${provider}`);
  if (provider === 'searxng') return { provider, timeoutMs, url: needed('NEWSROOM_SEARXNG_URL') };
  if (provider === 'brave') {
    const url = values.NEWSROOM_BRAVE_URL ?? 'https://api.search.brave.com';
    return { provider, timeoutMs, url, key: needed('NEWSROOM_BRAVE_KEY') };
  }
  if (provider === 'google') {
    const url = values.NEWSROOM_GOOGLE_URL ?? 'https://www.googleapis.com';
    const engine = needed('NEWSROOM_GOOGLE_ENGINE');
    return { provider, timeoutMs, url, key: needed('NEWSROOM_GOOGLE_KEY'), engine };
  }
  return { provider, timeoutMs };
}

function resolveModel(values: Values): ModelSettings | undefined {
  if (values.NEWSROOM_MODEL_URL === undefined && values.NEWSROOM_MODEL === undefined) return undefined;
  return {
    url: requireValue(values, 'NEWSROOM_MODEL_URL', 'NEWSROOM_MODEL is set'),
    name: requireValue(values, 'NEWSROOM_MODEL', 'NEWSROOM_MODEL_URL is set'),
    key: values.NEWSROOM_MODEL_KEY,
    maxOutputTokens: values.NEWSROOM_MODEL_MAX_TOKENS,
    inputUsdPerMillion: values.NEWSROOM_MODEL_INPUT_USD,
    outputUsdPerMillion: values.NEWSROOM_MODEL_OUTPUT_USD,
  };
}

function resolveMail(values: Values): NewsroomSettings['mail'] {
  const smtpUrl = values.NEWSROOM_SMTP_URL;
  // `.invalid` (RFC 2606) never belongs to anyone: a mail in a file needs a sender, but no real one.
  if (smtpUrl === undefined) return { from: values.NEWSROOM_MAIL_FROM ?? 'newsroom@cadre.invalid' };
  return { smtpUrl, from: requireValue(values, 'NEWSROOM_MAIL_FROM', 'NEWSROOM_SMTP_URL is set') };
}

function requireValue(values: Values, variable: Variable, because: string): string {
  const value = values[variable];
  if (value !== undefined) return String(value);
  throw new SettingsError([
    { variable, problem: `is not set, and is needed because ${because}; ${VARIABLES[variable][1]}` },
  ]);
}
