import { AbortMultipartUploadCommand, DeleteObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createSha256 } from '@coffer/crypto/node';
import type { Clock } from '@coffer/foundation';
import {
  ConnectorError,
  CopyKind,
  type ConnectorListing,
  type DeleteOutcome,
  type ExpectedObject,
  type FoundObject,
} from '@coffer/purge';

import { guardedAgents, type EndpointPolicy } from '../network/guarded-agents';
import type { ContentRange, PlaintextConnector } from '../plaintext-connector';
import type { PlaintextRules } from '../rules/plaintext-rules';
import { describeCopies } from './describe-copies';
import { S3Lister } from './list-copies';
import { lockOf, readVersion, type S3Place } from './read-version';
import { RequestBudget, type RequestBudgetOptions } from './request-budget';

/** A bucket in which plaintext backups may lie. Credentials come from the default chain of the S3 client unless given. */
export interface S3ConnectorOptions {
  readonly bucket: string;
  /** Start of all locations in the bucket, without slashes at its ends; empty or absent: the whole bucket. */
  readonly prefix?: string;
  /** Absent: Amazon's own. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly rules: PlaintextRules;
  readonly policy: EndpointPolicy;
  readonly budget: RequestBudgetOptions;
  readonly clock: Clock;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Plaintext backups in a bucket of S3 or a compatible service: current and older versions, delete markers, unfinished uploads, and what
 * replication rules keep elsewhere. A lock is respected, never bypassed.
 */
export class S3Connector implements PlaintextConnector {
  readonly provider = 's3';
  readonly #place: S3Place;
  readonly #prefix: string;
  readonly #rules: PlaintextRules;
  readonly #clock: Clock;

  constructor(options: S3ConnectorOptions) {
    const agents = guardedAgents(options.policy);
    const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1');
    const client = new S3Client({
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      followRegionRedirects: false,
      requestHandler: {
        httpAgent: agents.http,
        httpsAgent: agents.https,
        connectionTimeout: 10_000,
        requestTimeout: 60_000,
      },
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
      ...(region === undefined ? {} : { region }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    });
    const budget = new RequestBudget({ clock: options.clock, ...options.budget });
    this.#place = { client, bucket: options.bucket, budget };
    this.#prefix = options.prefix === undefined || options.prefix === '' ? '' : `${options.prefix}/`;
    this.#rules = options.rules;
    this.#clock = options.clock;
  }

  async *inventory(location: string): AsyncGenerator<FoundObject, void> {
    yield* this.#list(location, this.#lister());
  }

  async listAgain(location: string): Promise<ConnectorListing> {
    const lister = this.#lister();
    const found = await Array.fromAsync(this.#list(location, lister));
    return { found, requestId: lister.requestId };
  }

  async sha256(object: FoundObject): Promise<{ sha256: Uint8Array; sizeBytes: number }> {
    const hash = createSha256();
    let sizeBytes = 0;
    for await (const piece of this.read(object)) {
      hash.update(piece);
      sizeBytes += piece.length;
    }
    return { sha256: hash.digest(), sizeBytes };
  }

  async *read(object: FoundObject, range?: ContentRange): AsyncGenerator<Uint8Array, void> {
    this.#requireInside(object);
    yield* readVersion(this.#place, object, range);
  }

  async delete(object: FoundObject, expected: ExpectedObject): Promise<DeleteOutcome> {
    this.#requireInside(object);
    if (object.kind === CopyKind.replica) throw refused('a replica is out of reach');
    if (object.version !== expected.version) return { outcome: 'changed' };
    if (object.kind === CopyKind.multipart) return this.#abort(object);
    if (object.kind !== CopyKind.deleteMarker) {
      const refusal = await this.#look(object);
      if (refusal !== undefined) return refusal;
    }
    return this.#deleteVersion(object);
  }

  #list(location: string, lister: S3Lister): AsyncGenerator<FoundObject, void> {
    return describeCopies({
      ...{ place: this.#place, lister, rules: this.#rules, location },
      prefix: this.#prefix + folderOf(location),
    });
  }

  #lister(): S3Lister {
    const { client, bucket, budget } = this.#place;
    return new S3Lister(client, bucket, budget);
  }

  /** Whether the version is there, is the expected one, and may go. @returns undefined where it may */
  async #look(object: FoundObject): Promise<DeleteOutcome | undefined> {
    const { client, bucket, budget } = this.#place;
    try {
      const head = await budget.send(() =>
        client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: object.providerObjectId, ...versionParameter(object) }),
        ),
      );
      if (object.etag !== null && head.ETag !== object.etag) return { outcome: 'changed' };
      const untilMs = lockOf(head);
      return untilMs !== undefined && untilMs > this.#clock.nowMs() ? { outcome: 'locked', untilMs } : undefined;
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'absent') return { outcome: 'absent', requestId: '' };
      throw error;
    }
  }

  async #deleteVersion(object: FoundObject): Promise<DeleteOutcome> {
    const { client, bucket, budget } = this.#place;
    // A version is never rewritten; what has none may be, between the look and the delete, so there the ETag is a condition.
    const condition = object.copyId === 'null' && object.etag !== null ? { IfMatch: object.etag } : {};
    try {
      const answer = await budget.send(() =>
        client.send(
          new DeleteObjectCommand({
            Bucket: bucket,
            Key: object.providerObjectId,
            ...versionParameter(object),
            ...condition,
          }),
        ),
      );
      return { outcome: 'deleted', requestId: answer.$metadata.requestId ?? '' };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === 'changed') return { outcome: 'changed' };
      if (error.code === 'absent') return { outcome: 'absent', requestId: '' };
      throw error;
    }
  }

  async #abort(object: FoundObject): Promise<DeleteOutcome> {
    const { client, bucket, budget } = this.#place;
    const upload = { Bucket: bucket, Key: object.providerObjectId, UploadId: object.copyId };
    try {
      const answer = await budget.send(() => client.send(new AbortMultipartUploadCommand(upload)));
      return { outcome: 'deleted', requestId: answer.$metadata.requestId ?? '' };
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'absent') return { outcome: 'absent', requestId: '' };
      throw error;
    }
  }

  /** A row must not lead to an object of another account. @throws ConnectorError `location-refused` */
  #requireInside({ location, providerObjectId }: FoundObject): void {
    if (!providerObjectId.startsWith(this.#prefix + folderOf(location))) {
      throw refused('the object is not at its location');
    }
  }
}

/** Ends in a slash, so that one account's folder is not the start of another's. */
function folderOf(location: string): string {
  if (location === '') return '';
  if (location.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refused('the location is not a plain relative path');
  }
  return `${location}/`;
}

function versionParameter({ copyId }: FoundObject): { readonly VersionId?: string } {
  return copyId === '' ? {} : { VersionId: copyId };
}

function refused(message: string): ConnectorError {
  return new ConnectorError('location-refused', message);
}
