import { opaqueIdentities, type Ke1 } from '@coffer/crypto';
import { VaultError } from './errors';
import { loginStateContext, type PasswordRecord } from './password-record';
import type { AccountRow, NewLogin } from './ports/rows';
import type { VaultServiceParts } from './vault-services';

/**
 * The evaluation of a counted login: KE2, and the sealed state stored beside it (T2). Only ever called when the COMMIT of the
 * spend is known.
 *
 * @returns the KE2 that is stored, which may be that of a resumed twin
 * @throws VaultError `login-expired`
 */
export async function evaluateLogin(
  parts: VaultServiceParts,
  account: AccountRow,
  login: NewLogin,
  material: PasswordRecord,
  ke1: Ke1,
): Promise<Uint8Array> {
  const { issuer, subject, accountId } = account;
  const identities = opaqueIdentities({ issuer, subject, serial: login.serial, ksf: material.ksf }, parts.vaultIdText);
  const { ke2, state } = await parts.opaque.startLogin({
    salt: material.salt,
    record: material.record,
    ke1,
    identities,
  });
  parts.atStep('evaluated');
  const sealed = await parts.sealer.seal(state, loginStateContext(accountId, login));
  const stored = await parts.store.storeEvaluation(accountId, login.loginId, ke2, sealed);
  if (stored === undefined) throw new VaultError('login-expired', 'the login has expired; begin a new one');
  parts.atStep('state-stored');
  return stored;
}
