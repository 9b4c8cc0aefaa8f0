import type { TestData } from './test-data';

/** One case of a Wycheproof file together with the fields of its group. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  /** The case's own fields as the file's schema names them; texts are hexadecimal. */
  readonly [field: string]: unknown;
  /** Fields of the group that the case stands in. */
  readonly group: Readonly<Record<string, unknown>>;
}

interface WycheproofFile {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Readonly<Record<string, unknown>> & {
    readonly tests: readonly Omit<WycheproofCase, 'group'>[];
  })[];
}

/**
 * All cases of one Wycheproof file.
 *
 * @param file - name below vectors/wycheproof, without `_test.json`
 * @throws Error where the file holds another number of cases than it says
 */
export function wycheproofCases(data: TestData, file: string): readonly WycheproofCase[] {
  const { numberOfTests, testGroups } = data.json('vectors', 'wycheproof', `${file}_test.json`) as WycheproofFile;
  const cases = testGroups.flatMap(({ tests, ...group }) =>
    tests.map((test) => ({ ...test, group }) as WycheproofCase),
  );
  if (cases.length !== numberOfTests) throw new Error(`${file}: ${cases.length} cases, ${numberOfTests} announced`);
  return cases;
}

/** Bytes of one hexadecimal field of a case. */
export function hexField(test: WycheproofCase, field: string): Uint8Array<ArrayBuffer> {
  const value = test[field];
  if (typeof value !== 'string') throw new Error(`case ${test.tcId} has no text field ${field}`);
  return Uint8Array.from(Buffer.from(value, 'hex'));
}
