import { BackupEngineError, type CurrentHead, type HeadKeeper } from '@coffer/backup-engine';
import { signedStatementFromJson, signedStatementToJson, type SignedStatement } from '@coffer/evidence';
import { VaultClientError, type VaultClient } from '@coffer/vault-client';

/** The head of one repository, kept by the vault: read by token, replaced by compare-and-swap on its ETag. */
export class VaultHeadKeeper implements HeadKeeper {
  readonly #client: VaultClient;
  /** Base64url of 16 bytes, as routes name a repository. */
  readonly #repositoryId: string;
  #etag: string | null = null;

  constructor(client: VaultClient, repositoryId: string) {
    this.#client = client;
    this.#repositoryId = repositoryId;
  }

  async isExclusive(): Promise<boolean> {
    return true;
  }

  async *read(): AsyncGenerator<SignedStatement, void> {
    const { data, headers } = await this.#client.getHead({ params: { repositoryId: this.#repositoryId } });
    this.#etag = data.head === null ? null : headers.etag;
    if (data.head !== null) yield signedStatementFromJson(data.head);
  }

  async replace(next: SignedStatement, previous: CurrentHead | undefined): Promise<void> {
    // Without an ETag of its own reading there is nothing that a swap could be conditional on.
    if (previous !== undefined && this.#etag === null) for await (const _ of this.read()) break;
    try {
      const { headers } = await this.#client.putHead({
        params: { repositoryId: this.#repositoryId },
        headers: previous === undefined ? { 'if-none-match': '*' } : { 'if-match': this.#etag ?? '' },
        body: signedStatementToJson(next),
      });
      this.#etag = headers.etag;
    } catch (cause) {
      if (!(cause instanceof VaultClientError) || !isBehind(cause)) throw cause;
      throw new BackupEngineError('head-changed', 'another device finished a backup first; this one builds on it now', {
        cause,
      });
    }
  }
}

function isBehind({ code }: VaultClientError): boolean {
  return code === 'head-behind' || code === 'precondition-failed';
}
