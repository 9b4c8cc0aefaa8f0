import { EncodingError, equalBytes, fromBase64Url, toBase64Url } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { signNote } from '../note/note';
import type { NoteSigner } from '../note/note-key';
import { decodeCertificateBody, encodeCertificateBody } from './certificate-body';
import type { CertificateBody } from './deletion-certificate';

/** First line of the text of every certificate. */
const firstLine = 'coffer/v1/certificate';

/**
 * Signs a certificate as a note: the first line, the vault id and the body's CBOR, both in base64url.
 *
 * @throws EvidenceError `certificate-invalid` / `malformed`, `too-large`: also where the body claims more than its listings show
 */
export function signCertificate(body: CertificateBody, signer: NoteSigner): string {
  const encoded = toBase64Url(encodeCertificateBody(body));
  return signNote(`${firstLine}\n${toBase64Url(body.vaultId)}\n${encoded}\n`, signer);
}

/** Reads the text of a certificate note. @throws EvidenceError `certificate-invalid` / `malformed`, `wrong-vault` */
export function parseCertificateText(text: string): CertificateBody {
  const [first, vaultId, encoded, end, ...rest] = text.split('\n');
  if (first !== firstLine || vaultId === undefined || encoded === undefined || end !== '' || rest.length > 0) {
    throw new EvidenceError('certificate-invalid', 'malformed', 'the text is not that of a deletion certificate');
  }
  const body = decodeCertificateBody(decode(encoded));
  if (!equalBytes(decode(vaultId), body.vaultId)) {
    throw new EvidenceError('certificate-invalid', 'wrong-vault', 'the certificate names two vaults');
  }
  return body;
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new EvidenceError('certificate-invalid', 'malformed', 'a line of the certificate is no base64url', { cause });
  }
}
