import type { GrantPermission, SignedStatement, StorageGrant } from '@coffer/contracts';
import type { Clock } from '@coffer/foundation';

import type { VaultClient } from './call';

/** What a `create-grant` statement is made for; the signer adds account, generation and vault. */
export interface CreateGrantRequest {
  /** 16 bytes, base64url. */
  readonly repositoryId: string;
  /** Single-use challenge of the vault, 32 bytes, base64url. */
  readonly challenge: string;
  /** When the challenge expires, RFC 3339. */
  readonly expiresAt: string;
}

/** Makes the owner-signed `create-grant` statement; only a device that holds the backup key can. */
export type SignCreateGrant = (request: CreateGrantRequest) => Promise<SignedStatement>;

/** Renewed so long before the vault would refuse it, in milliseconds. */
const marginMs = 60_000;

/** Storage grants of one client, renewed before they expire; calls at the same time share one. */
export class StorageGrants {
  readonly #client: VaultClient;
  readonly #signCreateGrant: SignCreateGrant | undefined;
  readonly #clock: Clock;
  readonly #grants = new Map<string, Promise<StorageGrant>>();

  /** @param signCreateGrant - omitted where nothing will be created */
  constructor(client: VaultClient, signCreateGrant: SignCreateGrant | undefined, clock: Clock) {
    this.#client = client;
    this.#signCreateGrant = signCreateGrant;
    this.#clock = clock;
  }

  /** Whether `create` grants can be asked for. */
  get canCreate(): boolean {
    return this.#signCreateGrant !== undefined;
  }

  /**
   * The text of a grant that is good for a while yet.
   *
   * @param refused - a grant that the vault has just turned away, so that another is asked for
   * @throws VaultClientError what the vault refused with; whatever the signer throws
   */
  async get(repositoryId: string, permission: GrantPermission, refused?: string): Promise<string> {
    const key = `${permission} ${repositoryId}`;
    const known = this.#grants.get(key);
    if (known !== undefined) {
      const grant = await known;
      const leftMs = Date.parse(grant.expiresAt) - this.#clock.nowMs();
      if (leftMs > marginMs && grant.grant !== refused) return grant.grant;
      // Whoever waited for the same grant may have asked for the next one already.
      const newer = this.#grants.get(key);
      if (newer !== undefined && newer !== known) return (await newer).grant;
    }
    const asked = this.#ask(repositoryId, permission);
    this.#grants.set(key, asked);
    try {
      return (await asked).grant;
    } catch (error) {
      if (this.#grants.get(key) === asked) this.#grants.delete(key);
      throw error;
    }
  }

  async #ask(repositoryId: string, permission: GrantPermission): Promise<StorageGrant> {
    const params = { repositoryId };
    if (permission === 'read' || this.#signCreateGrant === undefined) {
      return this.#client.createGrant({ params, body: { permission: 'read' } });
    }
    const { challenge, expiresAt } = await this.#client.createChallenge();
    const body = await this.#signCreateGrant({ repositoryId, challenge, expiresAt });
    return this.#client.createGrant({ params, body });
  }
}
