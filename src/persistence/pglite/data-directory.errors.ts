import { CadreError } from '../../common/index.js';

/** Another process has the data directory open; two would destroy each other's data. */
export class DataDirectoryInUseError extends CadreError {
  constructor(directory: string, holder: { readonly pid: number; readonly host: string }) {
    const { pid, host } = holder;
    super({
      code: 'DATA_DIRECTORY_IN_USE',
      kind: 'conflict',
      message: `The data directory ${directory} is in use by process ${pid} on ${host}. Stop that process, take another directory, or use a Postgres database, which many processes can share.`,
      details: { directory, pid, host },
    });
  }
}

/** The data directory cannot be made, read or written, or holds something else. */
export class DataDirectoryError extends CadreError {
  constructor(directory: string, reason: string, cause?: unknown) {
    super({
      code: 'DATA_DIRECTORY_UNUSABLE',
      kind: 'definition',
      message: `The data directory ${directory} cannot be used: ${reason}. Mend that, or take another directory.`,
      details: { directory, reason },
      cause,
    });
  }
}
