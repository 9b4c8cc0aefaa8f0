export { identifyFile, identifyFirstBytes, identifyLastBytes, type IdentifiedFile } from './identify';
export { fileKinds, isIncompressible, type FileKind } from './kinds';
export { isMediaName } from './media-names';
