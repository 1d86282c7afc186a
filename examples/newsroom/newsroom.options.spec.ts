import { readFileSync } from 'node:fs';
import { BraveSearchProvider } from './search/brave.search-provider.js';
import { GoogleSearchProvider } from './search/google.search-provider.js';
import { LibrarySearchProvider } from './search/library.search-provider.js';
import { SearxngSearchProvider } from './search/searxng.search-provider.js';
import { LibraryFolder } from './library/library-folder.js';
import { FileMailTransport } from './mail/file.mail-transport.js';
import { SmtpMailTransport } from './mail/smtp.mail-transport.js';
import { NEWSROOM_VARIABLES, NewsroomSettings } from './newsroom.options.js';
import { makeMailTransport, makeSearchProvider } from './newsroom.providers.js';

const settings = (environment: Record<string, string>): NewsroomSettings => new NewsroomSettings(environment);

describe('NewsroomSettings', () => {
  it('needs no variable: it searches the project’s documentation and mails into a folder', () => {
    const { search, model, mail, fetch, library, documents } = settings({});
    expect(search).toEqual({ provider: 'library', timeoutMs: 8_000 });
    expect(model).toBeUndefined();
    expect(mail).toEqual({ from: 'newsroom@cadre.invalid' });
    expect(fetch).toEqual({ allowPrivateAddresses: false, timeoutMs: 15_000, maxBytes: 5_242_880 });
    expect(documents).toEqual({ maxBytes: 20_971_520, maxPages: 500 });
    expect(library.entries).toContain('docs');
  });

  it('takes an empty variable for an unset one', () => {
    expect(settings({ NEWSROOM_SEARCH: '', NEWSROOM_MODEL: ' ' })).toEqual(settings({}));
  });

  it('keeps its data where Cadre keeps its own, unless it is told otherwise', () => {
    expect(settings({ CADRE_DATA_DIR: '/a' }).dataFolder).toBe('/a');
    expect(settings({ CADRE_DATA_DIR: '/a', NEWSROOM_DATA_DIR: '/b' }).dataFolder).toBe('/b');
  });

  it('reads a model with its prices', () => {
    const { model } = settings({
      NEWSROOM_MODEL_URL: 'http://127.0.0.1:8000/v1/',
      NEWSROOM_MODEL: 'small',
      NEWSROOM_MODEL_OUTPUT_USD: '0.6',
    });
    expect(model).toEqual({
      url: 'http://127.0.0.1:8000/v1',
      name: 'small',
      key: undefined,
      maxOutputTokens: 2_000,
      inputUsdPerMillion: 0,
      outputUsdPerMillion: 0.6,
    });
  });

  it.each([
    ['NEWSROOM_SEARCH', 'bing', /NEWSROOM_SEARCH is "bing"; write library, searxng/],
    ['NEWSROOM_ALLOW_PRIVATE', 'maybe', /NEWSROOM_ALLOW_PRIVATE is "maybe"; write true or false/],
    ['NEWSROOM_FETCH_TIMEOUT_MS', '5', /is "5"; write whole milliseconds from 100 to 120000/],
    ['NEWSROOM_MODEL_URL', 'ftp://x', /NEWSROOM_MODEL_URL is "ftp:\/\/x"; write the http/],
    ['NEWSROOM_MAIL_FROM', 'me', /NEWSROOM_MAIL_FROM is "me"/],
  ])('refuses %s=%s and says what to write', (variable, value, message) => {
    expect(() => settings({ [variable]: value })).toThrow(message);
  });

  it('reports all wrong values at once, and shows no secret', () => {
    const wrong = { NEWSROOM_SMTP_URL: 'http://user:pass@host', NEWSROOM_SEARCH: 'x' };
    expect(() => settings(wrong)).toThrow(/NEWSROOM_SEARCH.*NEWSROOM_SMTP_URL has a wrong value/);
    expect(() => settings(wrong)).toThrow(/^(?!.*pass@)/);
  });

  it.each([
    [{ NEWSROOM_SEARCH: 'searxng' }, 'NEWSROOM_SEARXNG_URL'],
    [{ NEWSROOM_SEARCH: 'brave' }, 'NEWSROOM_BRAVE_KEY'],
    [{ NEWSROOM_SEARCH: 'google', NEWSROOM_GOOGLE_ENGINE: 'e' }, 'NEWSROOM_GOOGLE_KEY'],
    [{ NEWSROOM_MODEL: 'small' }, 'NEWSROOM_MODEL_URL'],
    [{ NEWSROOM_MODEL_URL: 'http://a.example' }, 'NEWSROOM_MODEL'],
    [{ NEWSROOM_SMTP_URL: 'smtp://a.example' }, 'NEWSROOM_MAIL_FROM'],
  ])('with %j, asks for %s', (environment, variable) => {
    expect(() => settings(environment)).toThrow(new RegExp(`^${variable} is not set`));
  });

  it('is described in the README, variable by variable', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    const described = [...readme.matchAll(/^\| `(NEWSROOM_\w+)`/gm)].map(([, variable]) => variable);
    expect(described).toEqual(NEWSROOM_VARIABLES);
  });
});

describe('what is made from the settings', () => {
  it.each([
    [{}, LibrarySearchProvider],
    [{ NEWSROOM_SEARCH: 'searxng', NEWSROOM_SEARXNG_URL: 'http://a.example' }, SearxngSearchProvider],
    [{ NEWSROOM_SEARCH: 'brave', NEWSROOM_BRAVE_KEY: 'k' }, BraveSearchProvider],
    [
      { NEWSROOM_SEARCH: 'google', NEWSROOM_GOOGLE_KEY: 'k', NEWSROOM_GOOGLE_ENGINE: 'e' },
      GoogleSearchProvider,
    ],
  ])('with %j, the right search', (environment, type) => {
    const made = settings(environment);
    expect(makeSearchProvider(made, new LibraryFolder(made.library))).toBeInstanceOf(type);
  });

  it('a mail transport by SMTP where a server is set, by file otherwise', () => {
    expect(makeMailTransport(settings({}))).toBeInstanceOf(FileMailTransport);
    const smtp = { NEWSROOM_SMTP_URL: 'smtp://a.example', NEWSROOM_MAIL_FROM: 'me@a.example' };
    expect(makeMailTransport(settings(smtp))).toBeInstanceOf(SmtpMailTransport);
  });
});
