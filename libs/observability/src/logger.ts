import { Writable } from 'node:stream';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** How loud a log is; pino's levels. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Names of fields whose value never reaches a log, at whatever depth and in whatever spelling (`ke1`, `KE1`, `sealed_backup_key`).
 * A list of names cannot be complete, so logs are written from chosen facts; this is the net below.
 */
const secretNames =
  /^(authorization|cookie|setcookie|password|passwd|passphrase|secret|token|accesstoken|refreshtoken|idtoken|grant|coffergrant|cofferstatement|ke[123]|record|state|salt|mac|sealedbackupkey|backupkey|digits|exportkey|sessionkey|privatekey|seed|registrationrequest|registrationresponse|registrationrecord|databaseurl|connectionstring|body|text|content)$/;

const redacted = '[redacted]';
const maximumDepth = 6;

/** A copy of `value` in which every field with a secret name is replaced, and bytes are told by length only. */
export function redact(value: unknown, depth = 0): unknown {
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (value instanceof Error) return redactError(value, depth);
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maximumDepth) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isSecretName(name) ? redacted : redact(item, depth + 1)]),
  );
}

function isSecretName(name: string): boolean {
  return secretNames.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
}

/** Passwords in URLs, bearer tokens and JWTs inside free text. Query strings go whole: they are nobody's business in a log. */
function redactText(text: string): string {
  return text
    .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s/@:]+):[^\s/@]+@/gi, `$1:${redacted}@`)
    .replaceAll(/\bBearer\s+\S+/gi, `Bearer ${redacted}`)
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, redacted)
    .replaceAll(/(\bhttps?:\/\/[^\s?]+)\?\S+/gi, `$1?${redacted}`);
}

function redactError(error: Error, depth: number): unknown {
  const fields = Object.fromEntries(Object.entries(error).filter(([name]) => name !== 'cause' && name !== 'stack'));
  return {
    name: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(redact(fields, depth + 1) as object),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

/**
 * A JSON-lines log of one service. Everything that is handed to it passes {@link redact}.
 *
 * @param write - receives each line; standard output where omitted
 */
export function createLogger(service: string, level: LogLevel, write?: (line: string) => void): Logger {
  const destination: DestinationStream | undefined =
    write === undefined
      ? undefined
      : new Writable({
          write(chunk: Buffer, _encoding, done) {
            write(chunk.toString());
            done();
          },
        });
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redact(fields) as Record<string, unknown>,
    },
    hooks: {
      logMethod(
        this: Logger,
        args: Parameters<Logger['info']>,
        method: (this: Logger, ...args: Parameters<Logger['info']>) => void,
      ): void {
        const safe = args.map((argument: unknown) => (typeof argument === 'string' ? redactText(argument) : argument));
        method.apply(this, safe as Parameters<Logger['info']>);
      },
    },
    serializers: { err: (error: unknown) => redact(error), error: (error: unknown) => redact(error) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
