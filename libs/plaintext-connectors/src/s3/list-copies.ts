import {
  GetBucketReplicationCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ConnectorError } from '@coffer/purge';

import type { RequestBudget } from './request-budget';
import { s3Trouble } from './s3-trouble';

/** One line of a listing: a version, a delete marker, or an upload that was never completed. */
export interface ListedCopy {
  readonly kind: 'version' | 'marker' | 'upload';
  readonly key: string;
  /** VersionId, `null` (the text) where versions are not kept, or the upload's id. */
  readonly copyId: string;
  readonly isLatest: boolean;
  readonly etag: string | null;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of the request that showed it. */
  readonly requestId: string;
}

/** Where an enabled rule copies objects of a prefix to. */
export interface ReplicationRule {
  readonly prefix: string;
  readonly destination: string;
}

/** Lists what a bucket holds under a prefix. */
export class S3Lister {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #budget: RequestBudget;
  /** Of the last request that was answered. */
  requestId = '';

  constructor(client: S3Client, bucket: string, budget: RequestBudget) {
    this.#client = client;
    this.#bucket = bucket;
    this.#budget = budget;
  }

  /** Versions and markers; where the store knows no versions, its objects. @throws ConnectorError */
  async *versions(prefix: string): AsyncGenerator<ListedCopy, void> {
    let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (;;) {
      const page = await this.#ask(() =>
        this.#client.send(new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...marker })),
      );
      if (page === 'not-implemented') return yield* this.#objects(prefix);
      for (const version of page.Versions ?? []) yield { ...this.#facts(version), kind: 'version' };
      for (const deleted of page.DeleteMarkers ?? []) yield { ...this.#facts(deleted), kind: 'marker', sizeBytes: 0 };
      if (page.IsTruncated !== true) return;
      marker = { KeyMarker: page.NextKeyMarker ?? '', VersionIdMarker: page.NextVersionIdMarker ?? '' };
    }
  }

  /** @throws ConnectorError */
  async *uploads(prefix: string): AsyncGenerator<ListedCopy, void> {
    let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await this.#ask(() =>
        this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: prefix, ...marker })),
      );
      if (page === 'not-implemented') return;
      for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? []) {
        const facts = this.#facts({ Key, VersionId: UploadId, LastModified: Initiated });
        yield { ...facts, kind: 'upload', isLatest: false };
      }
      if (page.IsTruncated !== true) return;
      marker = { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' };
    }
  }

  /**
   * The bucket's enabled rules. Where the credentials may not read them, one rule to `unknown` for everything: what cannot be ruled
   * out is said.
   */
  async replication(): Promise<readonly ReplicationRule[]> {
    try {
      const answer = await this.#ask(() =>
        this.#client.send(new GetBucketReplicationCommand({ Bucket: this.#bucket })),
      );
      if (answer === 'not-implemented') return [];
      return (answer.ReplicationConfiguration?.Rules ?? [])
        .filter(({ Status }) => Status === 'Enabled')
        .map((rule) => ({
          prefix: rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? '',
          destination: (rule.Destination?.Bucket ?? 'unknown').replace(/^arn:aws[a-z-]*:s3:::/, ''),
        }));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === 'absent') return [];
      if (error.code === 'access-denied') return [{ prefix: '', destination: 'unknown' }];
      throw error;
    }
  }

  async *#objects(prefix: string): AsyncGenerator<ListedCopy, void> {
    let token: string | undefined;
    do {
      const page = await this.#ask(() =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      if (page === 'not-implemented') throw new ConnectorError('unreachable', 'the store cannot list its objects');
      for (const object of page.Contents ?? [])
        yield { ...this.#facts({ ...object, IsLatest: true }), kind: 'version' };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** @returns the answer, or that the store does not know the operation */
  async #ask<T extends { $metadata: { requestId?: string | undefined } }>(
    request: () => Promise<T>,
  ): Promise<T | 'not-implemented'> {
    const answer = await this.#budget.send(async () => {
      try {
        return await request();
      } catch (error) {
        if (s3Trouble(error).status === 501) return 'not-implemented' as const;
        throw error;
      }
    });
    if (answer !== 'not-implemented') this.requestId = answer.$metadata.requestId ?? '';
    return answer;
  }

  #facts(line: {
    readonly Key?: string | undefined;
    readonly VersionId?: string | undefined;
    readonly IsLatest?: boolean | undefined;
    readonly ETag?: string | undefined;
    readonly Size?: number | undefined;
    readonly LastModified?: Date | undefined;
  }): Omit<ListedCopy, 'kind'> {
    return {
      key: line.Key ?? '',
      copyId: line.VersionId ?? 'null',
      isLatest: line.IsLatest ?? false,
      etag: line.ETag ?? null,
      sizeBytes: line.Size ?? 0,
      modifiedMs: line.LastModified?.getTime() ?? 0,
      requestId: this.requestId,
    };
  }
}
