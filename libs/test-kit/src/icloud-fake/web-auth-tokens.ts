/**
 * Web-auth tokens of a fake: each is good for one request, whose answer brings the next one. Until that one is used the one before still
 * is, so that a lost answer does not end the sign-in.
 */
export class WebAuthTokens {
  #current: string | undefined;
  #former: string | undefined;
  #count = 0;

  /** A token as if a person had signed in. */
  issue(): string {
    this.#former = undefined;
    return (this.#current = this.#new());
  }

  /** Ends the sign-in. */
  revoke(): void {
    this.#current = undefined;
    this.#former = undefined;
  }

  /** @returns the next token; undefined where this one is not taken */
  use(token: string): string | undefined {
    if (token !== this.#current && token !== this.#former) return undefined;
    this.#former = token;
    return (this.#current = this.#new());
  }

  #new(): string {
    // With the characters that have to be escaped in a query, as Apple's have.
    return `web+/${this.#count++}==`;
  }
}
