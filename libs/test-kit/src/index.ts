export { fakeClock, type FakeClock } from './fake-clock';
export { seed } from './seed';
export { describeWithTestData, testData, type TestData } from './test-data';
export { hexField, wycheproofCases, type WycheproofCase } from './wycheproof';
