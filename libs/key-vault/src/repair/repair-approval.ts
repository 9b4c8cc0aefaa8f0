import { encodeCbor, equalBytes, toBase64Url } from '@coffer/foundation';
import type { KeySealer, SealingContext } from '../ports/key-sealer';
import { RepairError } from './repair-error';
import type { RepairScope } from './repair-store';

/** One member of staff's approval of one plan. */
export interface RepairApproval {
  /** Issuer and subject of the sign-in, with a space between; no two members of staff have the same. */
  readonly staff: string;
  readonly atMs: number;
  /** The vault's own mac over the repair and this approval: a row that is made or edited by hand is none. */
  readonly mac: Uint8Array;
}

/** A repair that staff have proposed. Instants are the database's. */
export interface ProposedRepair {
  readonly repairId: string;
  readonly scope: RepairScope;
  /** 32 bytes. */
  readonly planHash: Uint8Array;
  /** What the first member of staff said why. */
  readonly reason: string;
  readonly proposedAtMs: number;
  /** Until then it may be approved and begun. */
  readonly expiresAtMs: number;
}

/** How long a proposed repair may be approved and begun, milliseconds. */
export const approvalLifeMs = 24 * 60 * 60 * 1000;

const context: SealingContext = { account: 'vault', serial: 0, table: 'repairs', stateVersion: 2 };

/** Approves in the name of a member of staff, whom the caller has found to be one. */
export async function approve(
  sealer: KeySealer,
  repair: ProposedRepair,
  staff: string,
  atMs: number,
): Promise<RepairApproval> {
  return { staff, atMs, mac: await macOf(sealer, repair, { staff, atMs }) };
}

/**
 * Requires that two different members of staff have approved a repair.
 *
 * @returns the approvals that count, the earliest first
 * @throws RepairError `not-approved`
 */
export async function requireTwoApprovals(
  sealer: KeySealer,
  repair: ProposedRepair,
  approvals: readonly RepairApproval[],
): Promise<readonly RepairApproval[]> {
  const genuine = new Map<string, RepairApproval>();
  for (const approval of approvals) {
    const isGenuine = equalBytes(approval.mac, await macOf(sealer, repair, approval));
    const isInTime = approval.atMs <= repair.expiresAtMs;
    if (isGenuine && isInTime) genuine.set(approval.staff, approval);
  }
  if (genuine.size >= 2) return [...genuine.values()].sort((left, right) => left.atMs - right.atMs);
  throw new RepairError(
    'not-approved',
    `${genuine.size === 0 ? 'Nobody has' : 'Only one member of staff has'} approved this plan; two different ones must.`,
  );
}

/** A member of staff as events name them: the same in every event, and nobody without the vault's keys can tell who it is. */
export async function staffPseudonym(sealer: KeySealer, staff: string): Promise<string> {
  const mac = await sealer.mac(encodeCbor({ staff }), { ...context, stateVersion: 3 });
  return toBase64Url(mac.subarray(0, 12));
}

function macOf(
  sealer: KeySealer,
  { repairId, scope, planHash, reason, proposedAtMs, expiresAtMs }: ProposedRepair,
  { staff, atMs }: Omit<RepairApproval, 'mac'>,
): Promise<Uint8Array> {
  const said = { repairId, scope, planHash, reason, proposedAtMs, expiresAtMs, staff, atMs };
  return sealer.mac(encodeCbor(said), context);
}
