import type { Logger } from '@coffer/observability';
import type { LoggerService, NestApplicationOptions } from '@nestjs/common';

/** Nest's own messages on the service's log. */
class NestLogger implements LoggerService {
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

/** How Nest is created: with our log, and without ending the process when a module fails. */
export class NestOptions implements NestApplicationOptions {
  readonly logger: LoggerService;
  readonly abortOnError = false;

  constructor(log: Logger) {
    this.logger = new NestLogger(log);
  }
}
