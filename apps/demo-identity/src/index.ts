export { rolesClaim, sampleAccounts, staffRole, type SampleAccount } from './accounts';
export { callbackPath, clientIds } from './clients';
export { identityDefaults, readConfig, type IdentityOptions } from './config';
export { IdentityError, type IdentityErrorCode } from './errors';
export { startIdentity, type IdentityServer } from './start-identity';
export { walkSignIn, type SignInWalk, type WalkOutcome } from './walk-sign-in';
