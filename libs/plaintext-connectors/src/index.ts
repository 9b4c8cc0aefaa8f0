export { DiskConnector, type DiskConnectorOptions } from './disk/disk-connector';
export { AddressPolicy, type AddressPolicyOptions } from './network/address-policy';
export { guardedAgents, type EndpointPolicy, type GuardedAgents } from './network/guarded-agents';
export type { ContentRange, PlaintextConnector } from './plaintext-connector';
export { BackupContent, defaultPlaintextRules, PlaintextRules, type PlaintextRule } from './rules/plaintext-rules';
export type { RequestBudgetOptions } from './s3/request-budget';
export { S3Connector, type S3ConnectorOptions } from './s3/s3-connector';
export { openPlaintextSources, PlaintextSourcesError } from './sources/open-plaintext-sources';
export { plaintextSources, type PlaintextSource, type PlaintextSources } from './sources/plaintext-sources';
