import { CadreError, type ErrorKind } from 'cadre';

/** A setting of the newsroom has a value that it cannot use. */
export class SettingsError extends CadreError {
  constructor(problems: readonly { readonly variable: string; readonly problem: string }[]) {
    super({
      code: 'NEWSROOM_SETTINGS_INVALID',
      kind: 'definition',
      message: problems.map(({ variable, problem }) => `${variable} ${problem}.`).join(' '),
      details: { variables: problems.map(({ variable }) => variable) },
    });
  }
}

/** A search provider refused, failed, or answered something else than results. */
export class SearchError extends CadreError {
  constructor(
    provider: string,
    kind: Extract<ErrorKind, 'execution' | 'unavailable' | 'timeout'>,
    problem: string,
    more: { readonly retryable?: boolean; readonly httpStatus?: number; readonly cause?: unknown } = {},
  ) {
    super({
      code: `SEARCH_${kind === 'execution' ? 'REFUSED' : kind.toUpperCase()}`,
      kind,
      message: `The ${provider} search ${problem}.`,
      details: { provider, httpStatus: more.httpStatus },
      retryable: more.retryable,
      cause: more.cause,
    });
  }
}

/** A URL leads where the newsroom does not go: a private address, another protocol, embedded credentials. */
export class AddressRefusedError extends CadreError {
  constructor(url: string, problem: string) {
    super({
      code: 'ADDRESS_REFUSED',
      kind: 'input',
      message: `The URL ${url.slice(0, 200)} is refused: ${problem}.`,
      details: { url: url.slice(0, 200) },
    });
  }
}

/** A page could not be fetched, or is larger, slower or of another kind than the newsroom takes. */
export class PageFetchError extends CadreError {
  constructor(
    url: string,
    code: 'PAGE_UNAVAILABLE' | 'PAGE_TIMEOUT' | 'PAGE_REFUSED',
    problem: string,
    more: { readonly retryable?: boolean; readonly httpStatus?: number; readonly cause?: unknown } = {},
  ) {
    super({
      code,
      kind: code === 'PAGE_TIMEOUT' ? 'timeout' : code === 'PAGE_UNAVAILABLE' ? 'unavailable' : 'input',
      message: `The page ${url.slice(0, 200)} ${problem}.`,
      details: { url: url.slice(0, 200), httpStatus: more.httpStatus },
      retryable: more.retryable,
      cause: more.cause,
    });
  }
}

/** A file is not in the library folder, or is none that the newsroom reads. */
export class LibraryFileError extends CadreError {
  constructor(path: string, kind: Extract<ErrorKind, 'input' | 'not-found'>, problem: string) {
    super({
      code: kind === 'input' ? 'LIBRARY_PATH_REFUSED' : 'LIBRARY_FILE_NOT_FOUND',
      kind,
      message: `The library file "${path.slice(0, 200)}" ${problem}.`,
      details: { path: path.slice(0, 200) },
    });
  }
}

/** A document cannot be read: encrypted, empty, corrupt, too large or of a kind that the newsroom does not know. */
export class DocumentError extends CadreError {
  constructor(
    document: string,
    reason: 'ENCRYPTED' | 'EMPTY' | 'CORRUPT' | 'TOO_LARGE' | 'UNSUPPORTED',
    remedy: string,
    cause?: unknown,
  ) {
    super({
      code: `DOCUMENT_${reason}`,
      kind: 'input',
      message: `The document "${document.slice(0, 200)}" ${DOCUMENT_PROBLEMS[reason]}; ${remedy}.`,
      details: { document: document.slice(0, 200) },
      cause,
    });
  }
}

const DOCUMENT_PROBLEMS = {
  ENCRYPTED: 'is protected by a password',
  EMPTY: 'holds no text',
  CORRUPT: 'is damaged',
  TOO_LARGE: 'is too large',
  UNSUPPORTED: 'is of a kind that cannot be read',
} as const;

/** The chat model refused, failed, or wrote nothing. */
export class ChatModelError extends CadreError {
  constructor(
    model: string,
    kind: Extract<ErrorKind, 'execution' | 'unavailable'>,
    problem: string,
    more: { readonly retryable?: boolean; readonly httpStatus?: number; readonly cause?: unknown } = {},
  ) {
    super({
      code: kind === 'unavailable' ? 'MODEL_UNAVAILABLE' : 'MODEL_REFUSED',
      kind,
      message: `The chat model "${model}" ${problem}.`,
      details: { model, httpStatus: more.httpStatus },
      retryable: more.retryable,
      cause: more.cause,
    });
  }
}

/** A mail was not taken. */
export class MailError extends CadreError {
  constructor(code: 'MAIL_REJECTED' | 'MAIL_UNAVAILABLE', problem: string, cause?: unknown) {
    super({
      code,
      kind: code === 'MAIL_REJECTED' ? 'execution' : 'unavailable',
      message: `The mail ${problem}.`,
      // Refused once is refused again: the server said so for good.
      retryable: code === 'MAIL_UNAVAILABLE',
      cause,
    });
  }
}
