import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deployment, type Deployment } from '@coffer/contracts';
import { encodeVerifierKey } from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import type { VaultIdentity } from '@coffer/key-vault';
import type { AppConfig } from './config';

/** Client ids that the operator's provider knows the programs of this deployment by. */
const clients = { cli: 'coffer-cli', portal: 'coffer-portal', dashboard: 'coffer-dashboard' };

/** deployment.json: how a device knows this vault. */
export function exportDeployment(
  config: Pick<AppConfig, 'apiUrl' | 'portalUrl' | 'issuer' | 'audience'>,
  identity: Pick<VaultIdentity, 'vaultId' | 'opaquePublicKey' | 'ledgerVerifier' | 'certificateVerifier'>,
): Deployment {
  const { apiUrl, portalUrl, issuer, audience } = config;
  return deployment.parse({
    ...{ v: 1, apiUrl, portalUrl, issuer, clients, audience },
    vaultId: toBase64Url(identity.vaultId),
    opaqueServerPublicKey: toBase64Url(identity.opaquePublicKey),
    ledgerKey: encodeVerifierKey(identity.ledgerVerifier),
    certificateKey: encodeVerifierKey(identity.certificateVerifier),
  });
}

/** Writes it whole or not at all; public, for it holds no secret. */
export async function writeDeployment(file: string, content: Deployment): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`, { flush: true, mode: 0o644 });
  await rename(unfinished, file);
}
