import { EncodingError, equalBytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { bytes, bytesBetween, list, record, ShapeError, text, whole, type Shape } from '../shape';
import { eventMaximumBytes } from '../ledger/ledger-event';
import { noteMaximumCharacters } from '../note/note';
import { certificateMaximumObjects } from './certificate-body';
import type { CertificateFileParts } from './deletion-certificate';

/** Largest certificate file in bytes. */
export const certificateFileMaximumBytes = 64 * 1024 * 1024;

const fileShape = record<CertificateFileParts>({
  certificate: text(noteMaximumCharacters),
  event: base64Url(bytesBetween(1, eventMaximumBytes)),
  salt: base64Url(bytes(32)),
  leafIndex: whole(),
  inclusion: list(base64Url(bytes(32)), 64),
  checkpoint: text(64 * 1024),
  names: list(text(4096), 2 * certificateMaximumObjects),
});

/**
 * The bytes of a certificate file: canonical JSON on one line (fields in the order of docs/wire.md, no blanks) and a newline.
 *
 * @throws EvidenceError `certificate-invalid` / `malformed` where a part is out of its limits
 */
export function encodeCertificateFile(parts: CertificateFileParts): Uint8Array<ArrayBuffer> {
  const encoded = serialize(parts);
  // What the reader would refuse is not written.
  decodeCertificateFile(encoded);
  return encoded;
}

/**
 * Takes a certificate file apart and believes nothing of it. Any other spelling of the same JSON is refused.
 *
 * @throws EvidenceError `certificate-invalid` / `too-large`, `malformed`, `not-canonical`
 */
export function decodeCertificateFile(file: Uint8Array): CertificateFileParts {
  if (file.length > certificateFileMaximumBytes) {
    throw new EvidenceError('certificate-invalid', 'too-large', 'the file is too large to be a certificate');
  }
  const parts = read(parse(file));
  if (!equalBytes(serialize(parts), file)) {
    throw new EvidenceError(
      'certificate-invalid',
      'not-canonical',
      'the file was changed: it is not as it was written',
    );
  }
  return parts;
}

function serialize(parts: CertificateFileParts): Uint8Array<ArrayBuffer> {
  const { certificate, event, salt, leafIndex, inclusion, checkpoint, names } = parts;
  const json = {
    certificate,
    event: toBase64Url(event),
    salt: toBase64Url(salt),
    leafIndex,
    inclusion: inclusion.map(toBase64Url),
    checkpoint,
    names,
  };
  return utf8(`${JSON.stringify(json)}\n`);
}

function parse(file: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(file)) as unknown;
  } catch (cause) {
    throw new EvidenceError('certificate-invalid', 'malformed', 'the file is not a certificate file', { cause });
  }
}

function read(value: unknown): CertificateFileParts {
  try {
    return fileShape(value, '');
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new EvidenceError(
      'certificate-invalid',
      'malformed',
      `the file is not a certificate file (${cause.message})`,
      {
        fields: { field: cause.at },
      },
    );
  }
}

function base64Url(shape: Shape<Uint8Array>): Shape<Uint8Array> {
  return (value, at) => {
    if (typeof value !== 'string' || value.length > eventMaximumBytes * 2)
      throw new ShapeError(at, 'base64url expected');
    try {
      return shape(fromBase64Url(value), at);
    } catch (cause) {
      if (cause instanceof EncodingError) throw new ShapeError(at, 'base64url expected');
      throw cause;
    }
  };
}
