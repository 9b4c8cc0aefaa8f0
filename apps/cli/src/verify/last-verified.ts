import { fromUtf8, toRfc3339 } from '@coffer/foundation';
import { z } from 'zod';

import type { HomeDirectory } from '../home/home-directory';

/** The last verification of a repository by this device that found everything sound. */
export interface LastVerified {
  readonly atMs: number;
  /** Of the packs, 5 to 100. */
  readonly samplePercent: number;
}

const kept = z.strictObject({
  v: z.literal(1),
  atMs: z.int().nonnegative(),
  samplePercent: z.int().min(5).max(100),
});

/** @param repositoryId - 16 bytes @returns undefined where none is known, or what was kept cannot be read */
export async function readLastVerified(
  home: HomeDirectory,
  repositoryId: Uint8Array,
): Promise<LastVerified | undefined> {
  const bytes = await home.read(home.verifiedFile(repositoryId));
  if (bytes === undefined) return undefined;
  try {
    const { atMs, samplePercent } = kept.parse(JSON.parse(fromUtf8(bytes)));
    return { atMs, samplePercent };
  } catch {
    return undefined;
  }
}

export async function keepLastVerified(
  home: HomeDirectory,
  repositoryId: Uint8Array,
  verified: LastVerified,
): Promise<void> {
  await home.write(home.verifiedFile(repositoryId), `${JSON.stringify({ v: 1, ...verified })}\n`);
}

/** For the summary of a command: null where nothing is known. */
export function lastVerifiedFigures(last: LastVerified | undefined): { readonly lastVerifiedAt: string | null } {
  return { lastVerifiedAt: last === undefined ? null : toRfc3339(last.atMs) };
}

/** For people. */
export function lastVerifiedText(last: LastVerified | undefined): string {
  return last === undefined
    ? 'Never read back by this device: "coffer verify" does.'
    : `Read back and found sound: ${toRfc3339(last.atMs)} (${last.samplePercent} %).`;
}
