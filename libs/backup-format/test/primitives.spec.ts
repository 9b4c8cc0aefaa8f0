import { fromHex, utf8 } from '@coffer/foundation';
import { decodeSegment } from '@coffer/chat-model';
import { openKeyring, openSealedBackupKey, requireBackupKey, type ExportKey, type KeyId } from '@coffer/device-crypto';
import { parseVerifierKey, verifyCertificateFile } from '@coffer/evidence';
import { workspaceData } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { primitiveMakers } from './halves';
import { makePrimitives } from './vectors/primitives';

interface Committed {
  readonly keyring: { readonly backupKey: string; readonly sealed: string; readonly secret: string };
  readonly passwordKeyslot: Parameters<typeof openSealedBackupKey>[1] &
    Readonly<Record<'keyId' | 'exportKey' | 'backupKey' | 'sealed', string>>;
  readonly segment: { readonly messages: readonly object[]; readonly cbor: string };
  readonly certificate: Readonly<Record<'certificateKey' | 'ledgerKey' | 'file', string>>;
}

const committed = workspaceData().json('libs/backup-format/vectors/primitives.json') as Committed;
const parts = 18;

describe('primitives.json', () => {
  it.each(primitiveMakers)('is what the %s half gives, every byte', async (_half, makers) => {
    const made = await makePrimitives(makers);
    expect(Object.keys(made).length).toBe(parts);
    expect(JSON.parse(JSON.stringify(made))).toEqual(committed);
  });

  it('opens: keyring, sealed backup key, segment and certificate', () => {
    const { keyring, passwordKeyslot, segment, certificate } = committed;
    const opened = openKeyring(requireBackupKey(fromHex(keyring.backupKey)), fromHex(keyring.sealed)).keyring;
    expect(opened.repositorySecret).toEqual(fromHex(keyring.secret));
    const keyslot = { ...passwordKeyslot, keyId: fromHex(passwordKeyslot.keyId) as KeyId };
    const exportKey = fromHex(passwordKeyslot.exportKey) as ExportKey;
    const backupKey = openSealedBackupKey(exportKey, keyslot, fromHex(passwordKeyslot.sealed));
    expect(backupKey).toEqual(fromHex(passwordKeyslot.backupKey));
    expect(decodeSegment(fromHex(segment.cbor))).toEqual(segment.messages);
    const keys = [certificate.certificateKey, certificate.ledgerKey].map(parseVerifierKey);
    const report = verifyCertificateFile(utf8(certificate.file), keys[0], keys[1]);
    expect([report.issuer, report.ledger, report.leafIndex]).toEqual(['verified', 'verified', 2]);
  });
});
