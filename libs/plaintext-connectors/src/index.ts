export type { ContentRange, PlaintextConnector } from './plaintext-connector';
