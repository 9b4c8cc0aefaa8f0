export { fakeClock, type FakeClock } from './fake-clock';
export { isLongRun, proofMs, proofSample, proofSize, repeatedCase, runSeed, runSeedNumber } from './long-run';
export { recordProof, type ProofFigures, type ProofRecord } from './proof-record';
export { seed } from './seed';
export { describeWithSoftHsm, startSoftHsm, type SoftHsm } from './soft-hsm';
export { describeWithTestData, testData, workspaceData, type TestData } from './test-data';
export { hexField, wycheproofCases, type WycheproofCase } from './wycheproof';
