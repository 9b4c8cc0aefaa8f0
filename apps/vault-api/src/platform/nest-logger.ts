import type { Logger } from '@coffer/observability';
import type { LoggerService } from '@nestjs/common';

/** Nest's own messages on the service's log. */
export class NestLogger implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown): void {
    this.#log.debug(String(message));
  }

  error(message: unknown): void {
    this.#log.error(String(message));
  }

  warn(message: unknown): void {
    this.#log.warn(String(message));
  }
}
