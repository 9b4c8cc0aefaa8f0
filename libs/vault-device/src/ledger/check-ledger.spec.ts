import { requireSigningSeed } from '@coffer/crypto';
import {
  encodeLedgerEvent,
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
import type { VaultClient } from '@coffer/vault-client';
import { beforeEach, describe, expect, it } from 'vitest';

import { checkLedger, type CheckedLedger, type LedgerMemory } from './check-ledger';

const vaultId = seed('vault id', 16);
const accountId = '01893a5e-1c2b-7def-8123-456789abcdef';
const ledgerSigner = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('ledger key')) };
const otherSigner = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('another ledger key')) };
const known = { vaultId, ledgerKey: noteVerifierOf(ledgerSigner) };
const nothing: LedgerMemory = { checkpoint: undefined, chains: {} };

/** The vault's side: a real chain in a real tree, with leaves of others in between. */
class Ledger {
  readonly events: { encoded: Uint8Array; salt: Uint8Array; leafIndex: number | null }[] = [];
  hashes = new MemoryHashes();
  builder = TreeBuilder.empty();
  budget = 10;
  signer = ledgerSigner;
  tilesAsked = 0;
  behindTiles: Uint8Array = new Uint8Array(0);
  /** As an event is listed before the sequencer took it in: the first listing only. */
  hidesPlaces = false;

  record(kind: LedgerEvent['kind'], budget: { remaining: number; attempt: number }, isInTree = true): void {
    const number = this.events.length + 1;
    const last = this.events.at(-1);
    const encoded = encodeLedgerEvent({
      v: 1,
      account: accountId,
      number,
      kind,
      atMs: 1_000_000 + number,
      ...budget,
      nextAtMs: null,
      serial: 0,
      details: {},
      previousHash: last === undefined ? new Uint8Array(32) : hashLedgerEvent(last.encoded),
    });
    this.budget = budget.remaining;
    const salt = seed(`salt ${number}`);
    const leafIndex = isInTree ? this.append(ledgerEntry(salt, encoded)) : null;
    this.events.push({ encoded, salt, leafIndex });
    this.append(seed(`another account ${number}`));
  }

  append(entry: Uint8Array): number {
    const index = this.builder.size;
    this.hashes.store(this.builder.append(hashLeaf(entry)));
    return index;
  }

  checkpoint(): string {
    const { size } = this.builder;
    return signCheckpoint(
      { origin: ledgerOrigin(vaultId), size, root: this.builder.root(), extensions: [] },
      this.signer,
    );
  }

  get client(): VaultClient {
    return {
      listLedgerEvents: async ({ query }: { query: { after: number } }) => {
        const page = this.events.slice(query.after, query.after + 2);
        const isHidden = this.hidesPlaces && query.after + 2 >= this.events.length;
        if (isHidden) this.hidesPlaces = false;
        const events = page.map(({ encoded, salt, leafIndex }, index) => ({
          number: query.after + index + 1,
          event: toBase64Url(encoded),
          salt: toBase64Url(salt),
          leafIndex: isHidden ? null : leafIndex,
        }));
        return { events, nextCursor: page.length < 2 ? null : query.after + 2 };
      },
      getBudget: async () => ({ attemptsRemaining: this.budget, nextAttemptAt: null }),
      getCheckpoint: async () => this.checkpoint(),
      getLedgerTile: async ({ params }: { params: { level: string; span: string } }) => {
        this.tilesAsked++;
        const { index, width } = parseTileSpan(params.span);
        const hashes = await this.hashes.read(nodesOfTile({ level: Number(params.level), index, width }));
        const bytes = new Uint8Array(Buffer.concat([...hashes, this.behindTiles]));
        return new ReadableStream({ start: (stream) => (stream.enqueue(bytes), stream.close()) });
      },
    } as unknown as VaultClient;
  }
}

let ledger: Ledger;
beforeEach(() => {
  ledger = new Ledger();
  ledger.record('account-opened', { remaining: 10, attempt: 0 });
  ledger.record('guess', { remaining: 9, attempt: 1 });
  ledger.record('proven', { remaining: 10, attempt: 1 });
});

const check = (memory: LedgerMemory = nothing): Promise<CheckedLedger> =>
  checkLedger({ client: ledger.client, known, accountId, memory, onVerified: () => undefined });
const memoryOf = ({ note, position }: CheckedLedger): LedgerMemory => ({
  checkpoint: note,
  chains: { [accountId]: position },
});

describe('checkLedger', () => {
  it('accepts a ledger that holds and gives its figures', async () => {
    const checked = await check();
    expect(checked).toMatchObject({ budget: { remaining: 10 }, newlyVerified: 3, checkpoint: { size: 6 } });
    expect(checked.events.map(({ kind }) => kind)).toEqual(['account-opened', 'guess', 'proven']);
  });

  it('verifies only what is new when it comes again', async () => {
    const memory = memoryOf(await check());
    expect((await check(memory)).newlyVerified).toBe(0);
    ledger.record('guess', { remaining: 9, attempt: 2 });
    expect(await check(memory)).toMatchObject({ newlyVerified: 1, budget: { remaining: 9 } });
  });

  it('asks again for the place of an event that was listed before it was taken in', async () => {
    ledger.hidesPlaces = true;
    expect(await check()).toMatchObject({ newlyVerified: 3 });
  });

  it('refuses an event whose place the vault does not tell, or tells beyond the tree', async () => {
    for (const leafIndex of [null, 6, 7]) {
      ledger.events[1]!.leafIndex = leafIndex;
      await expect(check()).rejects.toMatchObject({ code: 'inclusion-invalid' });
    }
  });

  it('refuses a tile that is not as wide as the signed tree has it', async () => {
    ledger.behindTiles = new Uint8Array(32);
    await expect(check()).rejects.toMatchObject({ code: 'tree-invalid' });
    ledger.behindTiles = new Uint8Array(8192);
    await expect(check()).rejects.toMatchObject({ code: 'ledger-broken' });
  });

  it('refuses hashes that do not lead to the signed root', async () => {
    const { hashes } = ledger;
    ledger.hashes = new MemoryHashes();
    for (let index = 0; index < 6; index++) {
      const [hash] = await hashes.read([{ level: 0, index }]);
      ledger.hashes.store([{ level: 0, index, hash: index === 5 ? seed('another leaf') : hash! }]);
    }
    await expect(check()).rejects.toMatchObject({ code: 'inclusion-invalid' });
  });

  it('reads one tile for many events', async () => {
    for (let count = 0; count < 40; count++) ledger.record('login-superseded', { remaining: 10, attempt: 1 });
    ledger.tilesAsked = 0;
    expect(await check()).toMatchObject({ newlyVerified: 43, checkpoint: { size: 86 } });
    expect(ledger.tilesAsked).toBe(1);
  });

  it('refuses a smaller tree than it has seen as rolled back', async () => {
    const memory = memoryOf(await check());
    ledger = new Ledger();
    ledger.record('account-opened', { remaining: 10, attempt: 0 });
    await expect(check({ ...memory, chains: {} })).rejects.toMatchObject({ code: 'ledger-rolled-back' });
    await expect(check(memory)).rejects.toMatchObject({ code: 'ledger-rolled-back' });
  });

  it('B11: refuses another tree of the same size, and one that grew from another, as forked', async () => {
    const memory = memoryOf(await check());
    const build = (extra: number): void => {
      ledger = new Ledger();
      ledger.append(seed('a leaf that was not there'));
      ledger.record('account-opened', { remaining: 10, attempt: 0 });
      ledger.record('guess', { remaining: 9, attempt: 1 });
      for (let count = 0; count < extra; count++) ledger.append(seed(`more ${count}`));
    };
    for (const extra of [1, 2, 9]) {
      build(extra);
      await expect(check({ ...memory, chains: {} })).rejects.toMatchObject({ code: 'ledger-forked' });
    }
  });

  it('B11: refuses other events than it has seen as forked', async () => {
    const { checkpoint, chains } = memoryOf(await check());
    const position = { number: 2, hash: seed('another event') };
    expect(chains[accountId]?.number).toBe(3);
    await expect(check({ checkpoint, chains: { [accountId]: position } })).rejects.toMatchObject({
      code: 'ledger-forked',
    });
  });

  it('D09: refuses a chain with an event changed, left out or added', async () => {
    const [first, second, third] = ledger.events;
    ledger.events.splice(1, 1);
    await expect(check()).rejects.toMatchObject({ code: 'chain-broken' });
    ledger.events.splice(0, 3, first!, third!, second!);
    await expect(check()).rejects.toMatchObject({ code: 'chain-broken' });
  });

  it('refuses an event that is not in the tree', async () => {
    ledger.events[1]!.salt = seed('another salt');
    await expect(check()).rejects.toMatchObject({ code: 'inclusion-invalid' });
  });

  it('refuses a checkpoint that the pinned key has not signed', async () => {
    ledger.signer = otherSigner;
    await expect(check()).rejects.toMatchObject({ code: 'note-invalid' });
  });

  it('refuses a budget that the events do not give', async () => {
    ledger.budget = 4;
    await expect(check()).rejects.toMatchObject({ code: 'ledger-broken' });
  });

  it('refuses events that give guesses back for nothing', async () => {
    ledger.record('guess', { remaining: 10, attempt: 2 });
    await expect(check()).rejects.toMatchObject({ code: 'chain-broken', reason: 'wrong-budget' });
  });
});
