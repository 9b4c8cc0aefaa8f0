/** What `--json` prints as one line. Never a secret. */
export type ReportFields = Readonly<Record<string, unknown>>;

/** The part of a stream that a reporter writes to. */
export interface TextSink {
  write(text: string): unknown;
}

/** Where a command says what it does: text for people, or JSON lines on standard output. */
export interface AdminReporter {
  readonly json: boolean;
  /** For people only, on standard error: nothing with `--json`. */
  note(text: string): void;
  /** One result: a JSON line of that type, or text. */
  event(type: string, fields: ReportFields, text: string): void;
  error(code: string, message: string): void;
}

/** Makes the reporter of one run. */
export function createAdminReporter(options: {
  readonly json: boolean;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}): AdminReporter {
  const { json, stdout, stderr } = options;
  if (json) {
    const line = (fields: ReportFields): void => void stdout.write(`${JSON.stringify(fields)}\n`);
    return {
      json,
      note: () => undefined,
      event: (type, fields) => line({ type, ...fields }),
      error: (code, message) => line({ type: 'error', code, message }),
    };
  }
  return {
    json,
    note: (text) => void stderr.write(`${text}\n`),
    event: (_type, _fields, text) => void stdout.write(`${text}\n`),
    error: (_code, message) => void stderr.write(`coffer-admin: ${message}\n`),
  };
}
