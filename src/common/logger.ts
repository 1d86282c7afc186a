/** Structured facts beside a log message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go; the root binds it to the application's logger. Messages and fields never carry payloads or secrets. */
export abstract class Logger {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;

  /** A logger that adds the fields to each of its lines. */
  with(fields: LogFields): Logger {
    return new FieldLogger(this, fields);
  }
}

class FieldLogger extends Logger {
  constructor(
    private readonly target: Logger,
    private readonly fields: LogFields,
  ) {
    super();
  }

  debug(message: string, fields?: LogFields): void {
    this.target.debug(message, { ...this.fields, ...fields });
  }

  info(message: string, fields?: LogFields): void {
    this.target.info(message, { ...this.fields, ...fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.target.warn(message, { ...this.fields, ...fields });
  }

  error(message: string, fields?: LogFields): void {
    this.target.error(message, { ...this.fields, ...fields });
  }
}

/** Drops every line. */
export class SilentLogger extends Logger {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
