import { encodeCbor } from '@coffer/foundation';

import { BackupFormatError } from './errors';
import { bytesOf, decodeObject, listOf, mapOf, requireAtMost, textOf, versionFirst, wholeOf } from './fields';
import { formatLimits, formatVersion, objectIdBytes } from './limits';

/** The object `config`: a hint until a keyring confirms its SHA-256. */
export interface RepositoryConfig {
  /** 16 bytes. */
  readonly repositoryId: Uint8Array<ArrayBuffer>;
  /** What a reader must know. Version 1 defines none. */
  readonly features: readonly string[];
  readonly createdAtMs: number;
}

/** Features that this lib knows. */
export const knownFeatures: ReadonlySet<string> = new Set<string>();

/** Bytes of `config`. */
export function encodeRepositoryConfig(config: RepositoryConfig): Uint8Array<ArrayBuffer> {
  return encodeCbor({ v: formatVersion, ...config, features: [...config.features] });
}

/** Reads `config`. @throws BackupFormatError `damaged`, `too-large`, `unsupported-version`, `unsupported-feature` */
export function decodeRepositoryConfig(bytes: Uint8Array): RepositoryConfig {
  requireAtMost(bytes.length, formatLimits.configBytes, 'config');
  const value = decodeObject(bytes, 'config');
  versionFirst(value, formatVersion, 'config');
  const map = mapOf(value, ['v', 'repositoryId', 'features', 'createdAtMs'], 'config');
  const config: RepositoryConfig = {
    repositoryId: bytesOf(map.repositoryId, objectIdBytes, 'config'),
    features: listOf(map.features, formatLimits.features, 'config').map((feature) => textOf(feature, 1, 100, 'config')),
    createdAtMs: wholeOf(map.createdAtMs, 0, Number.MAX_SAFE_INTEGER, 'config'),
  };
  requireKnownFeatures(config.features);
  return config;
}

/** @throws BackupFormatError `unsupported-feature` naming the first that is unknown */
export function requireKnownFeatures(features: readonly string[]): void {
  const unknown = features.find((feature) => !knownFeatures.has(feature));
  if (unknown === undefined) return;
  throw new BackupFormatError(
    'unsupported-feature',
    'this repository uses a feature that this program does not know; nothing was changed, update the program',
    { fields: { feature: unknown } },
  );
}
