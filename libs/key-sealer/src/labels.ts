import { utf8 } from '@coffer/foundation';

/** Labels under which keys are derived from the root key of a key-file sealer. None repeats; a test asserts it. */
export const sealerLabels = {
  rootId: utf8('coffer/v1/sealer-root-id'),
  epochId: utf8('coffer/v1/sealer-epoch-id'),
  epochWrap: utf8('coffer/v1/sealer-epoch-wrap'),
  mac: utf8('coffer/v1/sealer-mac'),
} as const;
