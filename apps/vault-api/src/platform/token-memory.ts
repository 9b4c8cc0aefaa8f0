import { hash } from 'node:crypto';
import type { TokenFacts } from './token-verifier';

/** How long it is remembered that a token's signature was right, milliseconds. */
export const rememberedMs = 60_000;
/** Of how many tokens: some megabytes. */
export const rememberedTokens = 10_000;

interface Remembered {
  readonly facts: TokenFacts;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What tokens said whose signatures were right, for a minute. It holds hashes; a token cannot be had from it. */
export class TokenMemory {
  /** By SHA-256 of the token; the oldest first. */
  readonly #tokens = new Map<string, Remembered>();

  /** @returns undefined where the signature has to be verified */
  recall(token: string, nowMs: number): TokenFacts | undefined {
    const known = this.#tokens.get(nameOf(token));
    // A clock that was set back makes nothing last longer.
    return known !== undefined && known.fromMs <= nowMs && nowMs < known.untilMs ? known.facts : undefined;
  }

  /**
   * @param life - when the signature was verified, and from when on the token has expired, milliseconds since 1970
   */
  remember(token: string, facts: TokenFacts, life: { readonly fromMs: number; readonly endMs: number }): void {
    const name = nameOf(token);
    this.#tokens.delete(name);
    this.#tokens.set(name, { facts, fromMs: life.fromMs, untilMs: Math.min(life.fromMs + rememberedMs, life.endMs) });
    if (this.#tokens.size <= rememberedTokens) return;
    for (const oldest of this.#tokens.keys()) {
      this.#tokens.delete(oldest);
      return;
    }
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
