import { requireSigningSeed } from '@coffer/crypto';
import {
  encodeLedgerEvent,
  encodeVerifierKey,
  hashLeaf,
  hashLedgerEvent,
  ledgerEntry,
  ledgerOrigin,
  MemoryHashes,
  nodesOfTile,
  noteVerifierOf,
  parseTileSpan,
  signCheckpoint,
  TreeBuilder,
  type LedgerEvent,
} from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';

/** A real chain of one account in a real tree, with leaves of others in between, and a signed checkpoint. */
export class TinyLedger {
  readonly events: { encoded: Uint8Array; salt: Uint8Array; leafIndex: number }[] = [];
  readonly #accountId: string;
  readonly #origin: string;
  #hashes = new MemoryHashes();
  #builder = TreeBuilder.empty();
  /** Signs checkpoints: changed by tests that play another ledger. */
  signingSeed = seed('ledger key');

  constructor(accountId: string, vaultId: Uint8Array) {
    this.#accountId = accountId;
    this.#origin = ledgerOrigin(vaultId);
  }

  /** As deployment.json names it. */
  verifierKey(): string {
    return encodeVerifierKey(noteVerifierOf(this.#signer()));
  }

  record(kind: LedgerEvent['kind'], of: Pick<LedgerEvent, 'atMs' | 'remaining' | 'serial' | 'details'>): void {
    const last = this.events.at(-1);
    const number = this.events.length + 1;
    const encoded = encodeLedgerEvent({
      ...{ v: 1, account: this.#accountId, number, kind, attempt: 0, nextAtMs: null, ...of },
      previousHash: last === undefined ? new Uint8Array(32) : hashLedgerEvent(last.encoded),
    });
    const salt = seed(`salt ${number}`);
    this.events.push({ encoded, salt, leafIndex: this.#append(ledgerEntry(salt, encoded)) });
    this.#append(seed(`another account ${number}`));
  }

  /** Forgets everything, as a ledger that was replaced. */
  clear(): void {
    this.events.length = 0;
    this.#hashes = new MemoryHashes();
    this.#builder = TreeBuilder.empty();
  }

  /** Answers the routes of the ledger; undefined for any other. */
  async handle(url: URL): Promise<Response | undefined> {
    const path = url.pathname.replace('/v1/ledger/', '');
    if (path === 'events') return this.#list(Number(url.searchParams.get('after') ?? 0));
    if (path === 'checkpoint') {
      const { size } = this.#builder;
      const checkpoint = { origin: this.#origin, size, root: this.#builder.root(), extensions: [] };
      const headers = { 'content-type': 'text/plain' };
      return new Response(signCheckpoint(checkpoint, this.#signer()), { headers });
    }
    const [, level, span] = /^tile\/(\d+)\/(.+)$/.exec(path) ?? [];
    if (level === undefined || span === undefined) return undefined;
    const { index, width } = parseTileSpan(span);
    const hashes = await this.#hashes.read(nodesOfTile({ level: Number(level), index, width }));
    return new Response(new Uint8Array(Buffer.concat([...hashes])), {
      headers: { 'content-type': 'application/octet-stream' },
    });
  }

  #list(after: number): Response {
    const events = this.events.slice(after).map(({ encoded, salt, leafIndex }, index) => ({
      ...{ number: after + index + 1, event: toBase64Url(encoded), salt: toBase64Url(salt), leafIndex },
    }));
    return Response.json({ events, nextCursor: null });
  }

  #append(entry: Uint8Array): number {
    const index = this.#builder.size;
    this.#hashes.store(this.#builder.append(hashLeaf(entry)));
    return index;
  }

  #signer() {
    return { name: this.#origin, secret: requireSigningSeed(this.signingSeed) };
  }
}
