export { EpochFollower, usualFollowTimes, type EpochFollowerParts, type FollowTimes } from './epoch-follower';
export { openKeyFileSealer, type KeyFileOptions } from './key-file-sealer';
export { openPkcs11Sealer, type Pkcs11Options } from './pkcs11/pkcs11-sealer';
export type { TokenOptions } from './pkcs11/token';
export type { TokenMechanism } from './pkcs11/token-keys';
export { checkSealerVariables, openSealer, sealerChoice, sealerVariables, type SealerChoice } from './sealer-choice';
export { restoreRootFile, splitRootFile, type RootRestoration, type SplitRoot } from './shares/root-file';
export { ShareError } from './shares/share-error';
export { rootSplit } from './shares/split-root';
