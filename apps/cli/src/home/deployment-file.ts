import { readFile, stat } from 'node:fs/promises';
import { deployment as deploymentSchema, type Deployment } from '@coffer/contracts';
import { EvidenceError, parseVerifierKey, type NoteVerifier } from '@coffer/evidence';
import { CofferError, EncodingError, fromBase64Url, fromUtf8 } from '@coffer/foundation';

import type { HomeDirectory } from './home-directory';
import { HomeError } from './home-error';

/** Largest deployment.json in bytes. */
const maximumBytes = 64 * 1024;

/** A deployment as a device uses it: the file's fields, and the keys that it pins, decoded. */
export interface KnownDeployment {
  readonly deployment: Deployment;
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** 32 bytes. */
  readonly opaqueServerPublicKey: Uint8Array;
  readonly ledgerKey: NoteVerifier;
  readonly certificateKey: NoteVerifier;
}

/** What may never change under a device: with another value it would be talking to another vault. */
const pinned = ['vaultId', 'opaqueServerPublicKey', 'ledgerKey', 'certificateKey'] as const;

/** Reads the bytes of a deployment.json. @throws HomeError `deployment-invalid` */
export function parseDeployment(bytes: Uint8Array): KnownDeployment {
  if (bytes.length > maximumBytes) throw invalid('it is too large');
  const json = parseJson(bytes);
  const parsed = deploymentSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'not as expected'}`);
  }
  const deployment = parsed.data;
  try {
    return {
      deployment,
      vaultId: fromBase64Url(deployment.vaultId),
      opaqueServerPublicKey: fromBase64Url(deployment.opaqueServerPublicKey),
      ledgerKey: parseVerifierKey(deployment.ledgerKey),
      certificateKey: parseVerifierKey(deployment.certificateKey),
    };
  } catch (cause) {
    if (cause instanceof EvidenceError || cause instanceof EncodingError) throw invalid(cause.message, cause);
    throw cause;
  }
}

/** Reads a deployment.json that the operator gave (`coffer login --deployment FILE`). @throws HomeError `deployment-invalid` */
export async function readDeploymentFile(path: string): Promise<KnownDeployment> {
  if ((await stat(path)).size > maximumBytes) throw invalid('it is too large');
  return parseDeployment(await readFile(path));
}

/**
 * The deployment that this device knows.
 *
 * @returns undefined where it knows none
 * @throws HomeError `damaged`, `refused`
 */
export async function findDeployment(home: HomeDirectory): Promise<KnownDeployment | undefined> {
  const bytes = await home.read(home.deploymentFile, { maximumBytes, isSecret: false });
  if (bytes === undefined) return undefined;
  try {
    return parseDeployment(bytes);
  } catch (cause) {
    if (!(cause instanceof CofferError)) throw cause;
    throw new HomeError(
      'damaged',
      `"${home.deploymentFile}" can no longer be read. Nothing was sent. Remove it and log in again with the file of your operator.`,
      { cause },
    );
  }
}

/** As `findDeployment`, where there must be one. @throws HomeError `no-deployment`, `damaged`, `refused` */
export async function requireDeployment(home: HomeDirectory): Promise<KnownDeployment> {
  const known = await findDeployment(home);
  if (known !== undefined) return known;
  throw new HomeError(
    'no-deployment',
    'This device knows no vault yet. Run: coffer login --deployment FILE, with the deployment.json of your operator.',
  );
}

/**
 * Keeps a deployment as the one that this device knows. URLs and client ids may change; the vault and its keys may not.
 *
 * @throws HomeError `deployment-changed` with `fields.changed` naming what differs; what was pinned stays
 */
export async function pinDeployment(home: HomeDirectory, next: KnownDeployment): Promise<void> {
  const known = await findDeployment(home);
  if (known !== undefined) requireSamePins(known.deployment, next.deployment);
  await home.write(home.deploymentFile, `${JSON.stringify(next.deployment, null, 2)}\n`);
}

function requireSamePins(known: Deployment, next: Deployment): void {
  const changed = pinned.filter((field) => known[field] !== next[field]);
  if (changed.length === 0) return;
  throw new HomeError(
    'deployment-changed',
    `This deployment is not the one that this device knows (${changed.join(', ')} changed). Nothing was sent or stored. ` +
      'Ask your operator before you go on; for another deployment use another --home.',
    { fields: { changed: changed.join(' ') } },
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes)) as unknown;
  } catch (cause) {
    throw invalid('it is no JSON', cause);
  }
}

function invalid(problem: string, cause?: unknown): HomeError {
  const message = `This is no deployment.json that this version knows: ${problem}. Nothing was stored.`;
  return new HomeError('deployment-invalid', message, cause === undefined ? {} : { cause });
}
