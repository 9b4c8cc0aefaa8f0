export type { Answer, Call, CallInput, CallOptions, CallOutput, VaultClient } from './call';
export { VaultClientError, type ProblemFacts, type VaultClientErrorCode } from './client-error';
export { defaultRetryPolicy, type RetryPolicy } from './retry';
export type { CreateGrantRequest, SignCreateGrant } from './storage-grants';
export { createVaultClient, type VaultClientOptions } from './vault-client';
export { VaultObjectStore, type VaultObjectStoreOptions } from './vault-object-store';
