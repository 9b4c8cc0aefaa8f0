import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEvent as WireEvent } from '@coffer/contracts';
import {
  EvidenceError,
  hashLeaf,
  hashLedgerEvent,
  ledgerEntry,
  ledgerOrigin,
  openCheckpoint,
  replayBudget,
  verifyChain,
  verifyConsistency,
  verifyInclusion,
  type BudgetState,
  type ChainPosition,
  type Checkpoint,
  type LedgerEvent,
} from '@coffer/evidence';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';
import pLimit from 'p-limit';

import type { KnownDeployment } from '../home/deployment-file';
import { LedgerError } from './ledger-error';
import type { LedgerMemory } from './ledger-memory';

/** What a check takes. */
export interface LedgerCheck {
  readonly client: VaultClient;
  readonly known: KnownDeployment;
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

const proofsAtOnce = 8;
const sequencerTries = 40;
const betweenTriesMs = 250;

/**
 * Verifies everything that the ledger says about one account: the chain of its events and the budget that they give, that the
 * tree grew from the one this device knows, and that each event is in it.
 *
 * @throws EvidenceError `chain-broken`, `note-invalid`, `checkpoint-invalid`, `inclusion-invalid`; LedgerError; VaultClientError
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
  await requireGrown(check, checkpoint);
  const isNew = ({ number }: WireEvent): boolean => seen === undefined || number > seen.number;
  const toVerify = wire.filter(isNew);
  await verifyAll(check, toVerify, checkpoint);
  return { events, budget, position, checkpoint, note, newlyVerified: toVerify.length };
}

/** Every event of the account, oldest first. */
export async function listEvents(client: VaultClient): Promise<readonly WireEvent[]> {
  const events: WireEvent[] = [];
  let after: number | null = 0;
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

async function requireGrown({ client, known, memory }: LedgerCheck, next: Checkpoint): Promise<void> {
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
  const isSameSize = seen.size === next.size;
  const proof = isSameSize
    ? []
    : (await client.getConsistencyProof({ query: { from: seen.size, to: next.size } })).proof;
  try {
    verifyConsistency({
      fromSize: seen.size,
      toSize: next.size,
      fromRoot: seen.root,
      toRoot: next.root,
      proof: proof.map(fromBase64Url),
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
  { client, onVerified }: LedgerCheck,
  events: readonly WireEvent[],
  checkpoint: Checkpoint,
): Promise<void> {
  const limit = pLimit(proofsAtOnce);
  let done = 0;
  const verify = async ({ number, event, salt }: WireEvent): Promise<void> => {
    const { leafIndex, proof } = await client.getInclusionProof({
      params: { number },
      query: { size: checkpoint.size },
    });
    verifyInclusion({
      leafIndex,
      treeSize: checkpoint.size,
      leafHash: hashLeaf(ledgerEntry(fromBase64Url(salt), fromBase64Url(event))),
      root: checkpoint.root,
      proof: proof.map(fromBase64Url),
    });
    onVerified(++done, events.length);
  };
  await Promise.all(events.map((event) => limit(verify, event)));
}
