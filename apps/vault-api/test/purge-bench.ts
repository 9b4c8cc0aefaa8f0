import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes, sha256 } from '@coffer/crypto';
import {
  decodeLedgerEvent,
  parseVerifierKey,
  verifyCertificateFile,
  verifyChain,
  type CertificateReport,
  type LedgerEvent,
} from '@coffer/evidence';
import { concatBytes, fromBase64Url, toHex, utf8 } from '@coffer/foundation';
import { expect } from 'vitest';
import { RepositoryDevice, type ListedObject, type SealedObject } from './repository-device';
import { startBench, type VaultBench } from './vault-bench';
import { startWorkerProcess, type WorkerProcess } from './worker-process';

/** A vault with a cloud folder of plaintext backups and real workers. */
export interface PurgeBench extends VaultBench {
  /** Folder of the account's plaintext backups. */
  cloudOf(owner: RepositoryDevice): string;
  worker(environment?: Readonly<Record<string, string>>, databaseUrl?: string): Promise<WorkerProcess>;
  /** What a worker that was killed leaves behind is given to the next one now, not after seconds of silence. */
  forgetDeadWorkers(): Promise<void>;
}

export async function startPurgeBench(
  environment: Readonly<Record<string, string>> = {},
  moreSources: readonly object[] = [],
): Promise<PurgeBench> {
  const bench = await startBench(0);
  const disk = { id: 'cloud', provider: 'disk', root: join(bench.home, 'cloud'), pathTemplate: '{subject}' };
  const sources = [disk, ...moreSources];
  await mkdir(join(bench.home, 'cloud'), { recursive: true });
  await writeFile(join(bench.home, 'plaintext-sources.json'), JSON.stringify(sources));
  await bench.start(environment);
  const workers: WorkerProcess[] = [];
  return {
    ...bench,
    cloudOf: (owner) => join(bench.home, 'cloud', owner.device.subject),
    worker: async (extra = {}, databaseUrl = bench.server.url) => {
      const worker = await startWorkerProcess({
        home: bench.home,
        databaseUrl,
        environment: { ...environment, ...extra },
      });
      workers.push(worker);
      return worker;
    },
    forgetDeadWorkers: async () => {
      const forget = async (): Promise<void> => {
        await bench.sql(`UPDATE jobs.job SET state = 'retry', start_after = now() WHERE state = 'active' AND NOT EXISTS (
          SELECT FROM jobs.job other WHERE other.name = job.name AND other.singleton_key = job.singleton_key
            AND other.state = 'retry')`);
        await bench.sql(`UPDATE purge_rounds SET leased_until = NULL`);
      };
      // One that was stopped inside a transaction keeps its rows until the server ends that transaction, after 15 s.
      await expect.poll(() => forget().then(() => 'forgotten', String), { timeout: 60_000 }).toBe('forgotten');
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.kill('SIGKILL')));
      await bench.stop();
    },
  };
}

/** Bytes that the rules take for an unencrypted chat database. */
export function database(length: number): Uint8Array<ArrayBuffer> {
  return concatBytes(utf8('SQLite format 3\0'), randomBytes(length));
}

/** Writes plaintext backups into the account's cloud folder. @returns hash by name */
export async function writeCloud(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return new Map(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
}

/** Names in the cloud folder, those that a delete has put aside included. */
export async function cloudNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** Waits until every copy that is listed was hashed. */
export async function untilHashed(owner: RepositoryDevice, copies: number): Promise<readonly ListedObject[]> {
  for (let tries = 0; tries < 300; tries++) {
    const objects = await owner.objects();
    const isKnown = ({ sha256: hash, bucket, kind }: ListedObject): boolean =>
      hash !== null || bucket === 'kept' || kind === 'delete-marker';
    if (objects.length >= copies && objects.every(isKnown)) return objects;
    await pause(100);
  }
  throw new Error(`after 30 s the worker had found ${JSON.stringify(await owner.objects())}`);
}

/** Backs up, and proves of each named copy that it comes back from the backup. */
export async function proveCopies(
  owner: RepositoryDevice,
  listed: readonly ListedObject[],
): Promise<readonly SealedObject[]> {
  const generation = String((owner.head?.generation ?? 0) + 1);
  const sealed = await owner.backUp([
    `snapshots/1/s${generation}`,
    `packs/1/aa/p${generation}`,
    `index/1/i${generation}`,
  ]);
  const items = listed.map((object) => ({ listed: object, sha256: fromBase64Url(object.sha256!) }));
  const answer = await owner.prove(owner.proofOf(sealed, items));
  if (answer.status !== 201) throw new Error(`the proof was refused: ${answer.text}`);
  return sealed;
}

/** Waits for a state of the whole purge. */
export async function untilPurge(owner: RepositoryDevice, state: string, seconds = 30): Promise<void> {
  for (let tries = 0; tries < seconds * 10; tries++) {
    if ((await owner.purge()).state === state) return;
    await pause(100);
  }
  throw new Error(`the purge was not ${state} in ${seconds} s: ${JSON.stringify(await owner.objects())}`);
}

/** The account's chain, verified. */
export async function chainOf(owner: RepositoryDevice): Promise<readonly LedgerEvent[]> {
  const { accountId } = await owner.device.account();
  const encoded: Uint8Array[] = [];
  for (let after: number | null = 0; after !== null;) {
    const path = `/v1/ledger/events?after=${after}`;
    type Page = { events: { event: string }[]; nextCursor: number | null };
    const page: Page = (await owner.device.call<Page>('GET', path)).body;
    encoded.push(...page.events.map(({ event }) => fromBase64Url(event)));
    after = page.nextCursor;
  }
  verifyChain(encoded, { account: accountId });
  return encoded.map((event) => decodeLedgerEvent(event));
}

/** Fetches and verifies every certificate under the keys of deployment.json. */
export async function certificatesOf(
  bench: PurgeBench,
  owner: RepositoryDevice,
): Promise<readonly { readonly file: string; readonly report: CertificateReport }[]> {
  const pinned = JSON.parse(await readFile(join(bench.home, 'deployment.json'), 'utf8')) as Record<string, string>;
  const keys = [parseVerifierKey(pinned['certificateKey']!), parseVerifierKey(pinned['ledgerKey']!)] as const;
  const { certificates } = await owner.purge();
  return Promise.all(
    certificates.map(async (id) => {
      const answer = await owner.device.call('GET', `/v1/purge/certificates/${id}`);
      return { file: answer.text, report: verifyCertificateFile(utf8(answer.text), ...keys) };
    }),
  );
}

/**
 * What must hold of a purge that has ended, however often its workers were killed: each copy went once, in one certificate. A file
 * that a worker had put aside when it died went under that name too.
 */
export async function requireOneEnd(
  bench: PurgeBench,
  owner: RepositoryDevice,
  copies: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const { counts, found } = await owner.purge();
  const sum = counts.waiting.objects + counts.kept.objects + counts.failed.objects + counts.done.objects;
  if (sum !== found.objects) throw new Error('found is not the sum of the buckets');
  const deleted = (await chainOf(owner)).filter(({ kind }) => kind === 'plaintext-deleted');
  const ids = deleted.map(({ details }) => details['objectId']);
  if (new Set(ids).size !== ids.length) throw new Error('an object was recorded as deleted twice');
  const certificates = await certificatesOf(bench, owner);
  if (certificates.length !== 1) throw new Error(`${certificates.length} certificates`);
  const { report } = certificates[0]!;
  const hashOf = ({ sha256: hash }: { readonly sha256: Uint8Array | null }): string =>
    hash === null ? 'none' : toHex(hash);
  const named = report.body.objects
    .filter(({ kind }) => kind !== 'temporary')
    .map(hashOf)
    .sort();
  const aside = report.body.objects.filter(({ kind }) => kind === 'temporary').map(hashOf);
  const expected = [...copies.values()].map((hash) => toHex(hash)).sort();
  if (JSON.stringify(named) === JSON.stringify(expected) && aside.every((hash) => expected.includes(hash))) return;
  const kept = report.body.retained.map(({ reason }) => reason);
  const states = (await owner.objects()).map(({ state }) => state);
  throw new Error(
    `the certificate names ${named.length} copies (${named.join(', ')}) instead of ${expected.length} (${expected.join(', ')}), ` +
      `and ${aside.length} put aside (${aside.join(', ')}); ` +
      `it keeps: ${kept.join(', ')}; now: ${states.join(', ')}`,
  );
}
