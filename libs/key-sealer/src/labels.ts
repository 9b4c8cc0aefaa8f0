import { utf8 } from '@coffer/foundation';

/**
 * Labels under which keys and ids are derived from the keys of a sealer, by HKDF where the key is a file and by HMAC where it
 * stays in a token. None repeats, and none begins another; a test asserts it.
 */
export const sealerLabels = {
  rootId: utf8('coffer/v1/sealer-root-id'),
  epochId: utf8('coffer/v1/sealer-epoch-id'),
  epochWrap: utf8('coffer/v1/sealer-epoch-wrap'),
  mac: utf8('coffer/v1/sealer-mac'),
  tokenMac: utf8('coffer/v1/sealer-token-mac'),
  rootShare: utf8('coffer/v1/sealer-root-share'),
  tokenRow: utf8('coffer/v1/sealer-token-row'),
} as const;
