import { createVaultClient, VaultClientError, type VaultClient, type VaultClientErrorCode } from '@coffer/vault-client';

/** Why figures could not be had; for people and for the log of the vault. */
export interface FiguresProblem {
  readonly code: VaultClientErrorCode;
  readonly message: string;
  readonly requestId: string | undefined;
}

/**
 * Figures of the vault: as they are now, as they were when it last answered, or none.
 *
 * What is stale was read with a session of this dashboard, which only staff get; all staff see the same figures.
 */
export type Figures<Data> =
  | { readonly kind: 'fresh'; readonly data: Data }
  | { readonly kind: 'stale'; readonly data: Data; readonly problem: FiguresProblem }
  | { readonly kind: 'failed'; readonly problem: FiguresProblem };

const keptAnswers = 64;

/** Codes that say nothing about the person who asks: what was known before may still be shown to them. */
const outages: ReadonlySet<VaultClientErrorCode> = new Set([
  'unreachable',
  'timed-out',
  'unexpected-response',
  'service-unavailable',
  'rate-limited',
]);

/** Reads figures from the vault API and remembers the last good answer to each question. */
export class FiguresReader {
  readonly #apiUrl: string;
  readonly #fetch: typeof fetch | undefined;
  readonly #last = new Map<string, unknown>();

  constructor(apiUrl: string, fetcher?: typeof fetch) {
    this.#apiUrl = apiUrl;
    this.#fetch = fetcher;
  }

  /** A client that acts for one session. A person waits for the page: one more try, and no long one. */
  clientFor(accessToken: string): VaultClient {
    return createVaultClient({
      baseUrl: this.#apiUrl,
      token: async () => accessToken,
      timeoutMs: 8_000,
      retry: { tries: 2, firstWaitMs: 200, longestRetryAfterMs: 1_000 },
      ...(this.#fetch === undefined ? {} : { fetch: this.#fetch }),
    });
  }

  /** @param question - names the figures and their filters, so that answers are not mistaken for one another */
  async read<Data>(
    accessToken: string,
    question: string,
    read: (client: VaultClient) => Promise<Data>,
  ): Promise<Figures<Data>> {
    try {
      const data = await read(this.clientFor(accessToken));
      this.#remember(question, data);
      return { kind: 'fresh', data };
    } catch (error) {
      if (!(error instanceof VaultClientError)) throw error;
      const problem = { code: error.code, message: error.message, requestId: error.requestId };
      const last = outages.has(error.code) ? (this.#last.get(question) as Data | undefined) : undefined;
      return last === undefined ? { kind: 'failed', problem } : { kind: 'stale', data: last, problem };
    }
  }

  #remember(question: string, data: unknown): void {
    this.#last.delete(question);
    this.#last.set(question, data);
    const [oldest] = this.#last.keys();
    if (this.#last.size > keptAnswers && oldest !== undefined) this.#last.delete(oldest);
  }
}
