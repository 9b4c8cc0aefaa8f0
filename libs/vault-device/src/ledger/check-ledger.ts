import type { LedgerEvent as WireEvent } from '@coffer/contracts';
import {
  consistencyProof,
  EvidenceError,
  hashLeaf,
  hashLedgerEvent,
  inclusionProof,
  ledgerEntry,
  ledgerOrigin,
  openCheckpoint,
  replayBudget,
  TileHashes,
  verifyChain,
  verifyConsistency,
  verifyInclusion,
  type BudgetState,
  type ChainPosition,
  type Checkpoint,
  type HashReader,
  type LedgerEvent,
  type NoteVerifier,
} from '@coffer/evidence';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';

import { LedgerError } from './ledger-error';
import { fetchTile } from './ledger-tiles';

/** What this device has verified of one vault's ledger before. */
export interface LedgerMemory {
  /** The newest checkpoint that was verified, as it was signed; undefined before the first check. */
  readonly checkpoint: string | undefined;
  /** By account: the last event whose place in chain and tree was verified. */
  readonly chains: Readonly<Record<string, ChainPosition>>;
}

/** Which ledger it must be: as deployment.json pins it. */
export interface KnownLedger {
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  readonly ledgerKey: NoteVerifier;
}

/** What a check takes. */
export interface LedgerCheck {
  readonly client: VaultClient;
  readonly known: KnownLedger;
  readonly accountId: string;
  readonly memory: LedgerMemory;
  /** Told after each event whose place in the tree was verified. */
  readonly onVerified: (done: number, total: number) => void;
}

/** A ledger that held. */
export interface CheckedLedger {
  readonly events: readonly LedgerEvent[];
  readonly budget: BudgetState;
  readonly position: ChainPosition;
  readonly checkpoint: Checkpoint;
  /** As it was signed. */
  readonly note: string;
  /** Events that were verified in the tree now; the others were before. */
  readonly newlyVerified: number;
}

const sequencerTries = 40;
const betweenTriesMs = 250;

/**
 * Verifies everything that the ledger says about one account: the chain of its events and the budget that they give, that the
 * tree grew from the one this device knows, and that each event is in it. Proofs are computed here from the ledger's public
 * tiles, which are the same for everybody: the vault is not told which events are looked for.
 *
 * @throws EvidenceError `chain-broken`, `note-invalid`, `checkpoint-invalid`, `inclusion-invalid`, `tree-invalid`; LedgerError;
 *   VaultClientError
 */
export async function checkLedger(check: LedgerCheck): Promise<CheckedLedger> {
  const wire = await listEvents(check.client);
  const encoded = wire.map(({ event }) => fromBase64Url(event));
  const { events, position } = verifyChain(encoded, { account: check.accountId });
  const seen = check.memory.chains[check.accountId];
  requireSameBeginning(encoded, seen);
  const budget = replayBudget(events);
  await requireSameBudget(check, budget, position);
  const { checkpoint, note } = await coveringCheckpoint(check, wire.length);
  const tiles = new TileHashes(checkpoint.size, fetchTile(check.client));
  await requireGrown(check, checkpoint, tiles);
  const isNew = ({ number }: WireEvent): boolean => seen === undefined || number > seen.number;
  const toVerify = await withPlaces(check.client, wire.filter(isNew));
  await verifyAll(check, toVerify, checkpoint, tiles);
  return { events, budget, position, checkpoint, note, newlyVerified: toVerify.length };
}

/** The account's events behind number `from` (all unless told), oldest first. Nothing of them is verified. */
export async function listEvents(client: VaultClient, from = 0): Promise<readonly WireEvent[]> {
  const events: WireEvent[] = [];
  let after: number | null = from;
  while (after !== null) {
    const page: Awaited<ReturnType<VaultClient['listLedgerEvents']>> = await client.listLedgerEvents({
      query: { after },
    });
    events.push(...page.events);
    // A cursor that does not move would never end.
    after = page.nextCursor !== null && page.nextCursor > after ? page.nextCursor : null;
  }
  return events;
}

function requireSameBeginning(encoded: readonly Uint8Array[], seen: ChainPosition | undefined): void {
  if (seen === undefined || seen.number === 0) return;
  const same = encoded[seen.number - 1];
  if (same === undefined) {
    throw new LedgerError(
      'ledger-rolled-back',
      `The ledger shows ${encoded.length} events of this account; this device has seen ${seen.number}. Events were taken away.`,
      { fields: { events: encoded.length, seen: seen.number } },
    );
  }
  if (equalBytes(hashLedgerEvent(same), seen.hash)) return;
  throw new LedgerError('ledger-forked', 'The events of this account are not those that this device has seen before.', {
    fields: { seen: seen.number },
  });
}

/** What the vault counts must be what the events say; an event that came meanwhile explains a difference. */
async function requireSameBudget(
  { client }: LedgerCheck,
  { remaining }: BudgetState,
  { number }: ChainPosition,
): Promise<void> {
  const { attemptsRemaining } = await client.getBudget();
  if (attemptsRemaining === remaining) return;
  const { events } = await client.listLedgerEvents({ query: { after: number } });
  if (events.length > 0) return;
  throw new LedgerError(
    'ledger-broken',
    `The vault counts ${attemptsRemaining} guesses left, the ledger gives ${remaining}. Tell your operator.`,
    { fields: { counted: attemptsRemaining, replayed: remaining } },
  );
}

/** Asks again where the events stand that the sequencer had not taken in when they were listed. */
async function withPlaces(client: VaultClient, events: readonly WireEvent[]): Promise<readonly WireEvent[]> {
  const first = events.find(({ leafIndex }) => leafIndex === null);
  if (first === undefined) return events;
  const later = await listEvents(client, first.number - 1);
  const places = new Map(later.map(({ number, leafIndex }) => [number, leafIndex]));
  return events.map((event) => ({ ...event, leafIndex: event.leafIndex ?? places.get(event.number) ?? null }));
}

/** The newest checkpoint once it covers every event: the sequencer works a moment behind. */
async function coveringCheckpoint(
  { client, known }: LedgerCheck,
  events: number,
): Promise<{ readonly checkpoint: Checkpoint; readonly note: string }> {
  for (let attempt = 0; attempt < sequencerTries; attempt++) {
    const last = events === 0 ? undefined : (await client.listLedgerEvents({ query: { after: events - 1 } })).events[0];
    const note = await client.getCheckpoint();
    const checkpoint = openCheckpoint(note, known.ledgerKey, ledgerOrigin(known.vaultId));
    const leafIndex = last === undefined ? -1 : last.leafIndex;
    if (leafIndex !== null && leafIndex < checkpoint.size) return { checkpoint, note };
    await pause(betweenTriesMs);
  }
  throw new LedgerError(
    'ledger-behind',
    'The newest events are not in the ledger’s tree yet. Run the check again in a minute.',
  );
}

async function requireGrown({ known, memory }: LedgerCheck, next: Checkpoint, tiles: HashReader): Promise<void> {
  if (memory.checkpoint === undefined) return;
  const seen = openCheckpoint(memory.checkpoint, known.ledgerKey, ledgerOrigin(known.vaultId));
  const fields = { seenSize: seen.size, size: next.size };
  if (next.size < seen.size) {
    throw new LedgerError(
      'ledger-rolled-back',
      `The ledger has ${next.size} entries; this device has seen ${seen.size}. It was rolled back, or this is another one.`,
      { fields },
    );
  }
  if (seen.size === 0) return;
  const proof = await consistencyProof(tiles, seen.size, next.size);
  try {
    verifyConsistency({
      ...{ fromSize: seen.size, toSize: next.size, proof },
      ...{ fromRoot: seen.root, toRoot: next.root },
    });
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new LedgerError(
      'ledger-forked',
      'The ledger did not grow from the one that this device has seen: it shows another history.',
      { cause, fields },
    );
  }
}

async function verifyAll(
  { onVerified }: LedgerCheck,
  events: readonly WireEvent[],
  { size, root }: Checkpoint,
  tiles: HashReader,
): Promise<void> {
  let done = 0;
  const verify = async ({ event, salt, leafIndex }: WireEvent): Promise<void> => {
    // Events are taken in by their numbers, and the last one is: whoever gives no place, or one beyond, shows no proof.
    const index = leafIndex ?? size;
    verifyInclusion({
      ...{ leafIndex: index, treeSize: size, root },
      leafHash: hashLeaf(ledgerEntry(fromBase64Url(salt), fromBase64Url(event))),
      proof: index < size ? await inclusionProof(tiles, index, size) : [],
    });
    onVerified(++done, events.length);
  };
  await Promise.all(events.map(verify));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
