import { encodeCbor, type CborValue } from '@coffer/foundation';

import { bytesOf, damaged, decodeObject, mapOf, requireAtMost, textOf, versionFirst, wholeOf } from './fields';
import { formatLimits, formatVersion } from './limits';

/** An object under `keyslots/`: a hint which secret gives the backup key. Never trusted. */
export interface KeyslotObject {
  /** `digits`, `passkey`; others are skipped by readers. */
  readonly kind: string;
  /** 8 bytes: which backup key. */
  readonly keyId: Uint8Array<ArrayBuffer>;
  readonly createdAtMs: number;
  /** Of the kind; empty for `digits`. */
  readonly parameters: Readonly<Record<string, string | number | Uint8Array>>;
}

/** Bytes of a keyslot. @throws BackupFormatError `too-large` */
export function encodeKeyslot(keyslot: KeyslotObject): Uint8Array<ArrayBuffer> {
  const bytes = encodeCbor({ v: formatVersion, ...keyslot });
  requireAtMost(bytes.length, formatLimits.keyslotBytes, 'keyslot');
  return bytes;
}

/** Reads a keyslot. @throws BackupFormatError `damaged`, `too-large`, `unsupported-version` */
export function decodeKeyslot(bytes: Uint8Array): KeyslotObject {
  requireAtMost(bytes.length, formatLimits.keyslotBytes, 'keyslot');
  const value = decodeObject(bytes, 'keyslot');
  versionFirst(value, formatVersion, 'keyslot');
  const map = mapOf(value, ['v', 'kind', 'keyId', 'createdAtMs', 'parameters'], 'keyslot');
  return {
    kind: textOf(map.kind, 1, 40, 'keyslot'),
    keyId: bytesOf(map.keyId, 8, 'keyslot'),
    createdAtMs: wholeOf(map.createdAtMs, 0, Number.MAX_SAFE_INTEGER, 'keyslot'),
    parameters: parametersOf(map.parameters),
  };
}

function parametersOf(value: CborValue): KeyslotObject['parameters'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw damaged('keyslot', 'parameters are a map');
  }
  const parameters = Object.create(null) as Record<string, string | number | Uint8Array>;
  for (const [name, parameter] of Object.entries(value)) {
    const isPlain = typeof parameter === 'string' || typeof parameter === 'number' || parameter instanceof Uint8Array;
    if (!isPlain) throw damaged('keyslot', 'a parameter is text, a number or bytes');
    parameters[name] = parameter instanceof Uint8Array ? parameter.slice() : parameter;
  }
  return parameters;
}
