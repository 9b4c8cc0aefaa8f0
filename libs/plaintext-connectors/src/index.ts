export type { ContentRange, PlaintextConnector } from './plaintext-connector';
export { plaintextSources, type PlaintextSource, type PlaintextSources } from './sources/plaintext-sources';
