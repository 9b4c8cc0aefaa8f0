export { account, challenge, notice, noticeList, noticeSeverities } from './account';
export type { Account, Challenge, Notice, NoticeList } from './account';
export { accountDeletion, accountDeletionStates, waitingDeletion } from './account-deletion';
export type { AccountDeletion, WaitingDeletion } from './account-deletion';
export { claim, claims, disclosure, type Claim, type Claims, type Disclosure } from './claims';
export { deployment, type Deployment } from './deployment';
export {
  addressConfirmation,
  keyCheck,
  mutableTopics,
  newNoticeChannel,
  noticeChannel,
  noticePreferences,
  noticeSettings,
  noticeTopics,
  quietHours,
  timeOfDayText,
} from './notice-channels';
export type {
  KeyCheck,
  MutableTopic,
  NewNoticeChannel,
  NoticeChannel,
  NoticePreferences,
  NoticeSettings,
  QuietHours,
} from './notice-channels';
export { guessVeto, type GuessVeto } from './guess-veto';
export { health, type Health } from './health';
export {
  activatedKeyslot,
  activateRegistration,
  confirmation,
  keyslot,
  keyslotKinds,
  keyslotList,
  keyslotStates,
  ksf,
  openRegistration,
  passkeyWrap,
  passkeyWrapList,
  pendingRecord,
  registration,
  startConfirmation,
} from './keyslots';
export type {
  ActivatedKeyslot,
  ActivateRegistration,
  Confirmation,
  Keyslot,
  KeyslotKind,
  KeyslotList,
  KeyslotState,
  Ksf,
  OpenRegistration,
  PasskeyWrap,
  PasskeyWrapList,
  PendingRecord,
  Registration,
  StartConfirmation,
} from './keyslots';
export {
  checkpointNote,
  consistencyProof,
  consistencyQuery,
  inclusionProof,
  inclusionQuery,
  ledgerEvent,
  ledgerEventList,
  ledgerEventsQuery,
} from './ledger';
export type { ConsistencyProof, InclusionProof, LedgerEvent, LedgerEventList } from './ledger';
export { limits } from './limits';
export { newStart, newStartList, newStartStates } from './new-starts';
export type { NewStart, NewStartList, NewStartState } from './new-starts';
export { attemptsRemaining, budget, finishedLogin, finishLogin, login, startLogin } from './logins';
export type { Budget, FinishedLogin, FinishLogin, Login, StartLogin } from './logins';
export {
  accountPseudonym,
  opsJobs,
  opsLedger,
  opsLedgerEvent,
  opsLedgerQuery,
  opsPurge,
  opsPurgeObject,
  opsPurgeObjectList,
  opsPurgeObjectsQuery,
  opsRetry,
  opsStorage,
  opsVault,
  opsVaultQuery,
  opsWindows,
} from './ops';
export type {
  OpsJobs,
  OpsLedger,
  OpsLedgerEvent,
  OpsPurge,
  OpsPurgeObject,
  OpsPurgeObjectList,
  OpsRetry,
  OpsStorage,
  OpsVault,
  OpsWindow,
} from './ops';
export { toOpenApi, type OpenApiDocument } from './openapi';
export { problemCodes, problemDetails, problemKinds, problemMediaType, problemType } from './problems';
export type { ProblemCode, ProblemDetails, ProblemKind } from './problems';
export { acceptedItem, acceptedProof, proofNonce, type AcceptedProof, type ProofNonce } from './proofs';
export {
  bucketCounts,
  certificateEntry,
  certificateList,
  purgeBuckets,
  purgeCounts,
  purgeJob,
  purgeJobStates,
  purgeObject,
  purgeObjectKinds,
  purgeObjectList,
  purgeObjectsQuery,
  purgeProviders,
  purgeStateBuckets,
  purgeStates,
} from './purge';
export type {
  CertificateList,
  PurgeBucket,
  PurgeCounts,
  PurgeJob,
  PurgeJobState,
  PurgeObject,
  PurgeObjectKind,
  PurgeObjectList,
  PurgeProvider,
  PurgeState,
} from './purge';
export {
  askGrant,
  contentSha256HeaderName,
  createdObject,
  createObjectHeaders,
  deletion,
  grantHeaderName,
  grantPermissions,
  listObjectsHeaders,
  listObjectsQuery,
  objectList,
  pin,
  pinList,
  readObjectHeaders,
  repository,
  repositoryHead,
  repositoryList,
  storageGrant,
} from './repositories';
export type {
  AskGrant,
  CreatedObject,
  Deletion,
  GrantPermission,
  ObjectList,
  Pin,
  PinList,
  Repository,
  RepositoryHead,
  RepositoryList,
  StorageGrant,
} from './repositories';
export { fillPath, problemsOf, type Route, type RouteAuth, type RoutePayload } from './route';
export { idempotencyKeyHeaderName } from './keyslot-routes';
export { coSignedStatement, rotatedAccount, type CoSignedStatement, type RotatedAccount } from './rotation';
export { routes, type RouteName } from './routes';
export {
  fromStatementHeader,
  signedStatement,
  statementHeaderName,
  statementHeaderText,
  statementPurposes,
  toStatementHeader,
} from './signed-statement';
export type { SignedStatement, StatementPurpose } from './signed-statement';
export {
  base64UrlBetween,
  base64UrlOf,
  bytes32Text,
  count,
  cursorText,
  hashText,
  idText,
  instantText,
  keyIdText,
  objectPathText,
  serialNumber,
  uuidText,
} from './text-forms';
