import { ConnectorError, CopyKind, type FoundObject, type RuleVerdict } from '@coffer/purge';

import { kindByName } from '../rules/copy-kind';
import { ruleFirstBytes, type PlaintextRules } from '../rules/plaintext-rules';
import type { ListedCopy, ReplicationRule, S3Lister } from './list-copies';
import { askForPart, lockOf, type S3Place } from './read-version';

/** What is listed, and by which rules. */
export interface DescribeOptions {
  readonly place: S3Place;
  readonly lister: S3Lister;
  readonly rules: PlaintextRules;
  readonly location: string;
  /** Of the location's keys in the bucket; empty or ending in a slash. */
  readonly prefix: string;
}

/** Every copy that the rules take for a plaintext backup, and the replicas of each. @throws ConnectorError */
export async function* describeCopies(options: DescribeOptions): AsyncGenerator<FoundObject, void> {
  const { lister, rules, prefix } = options;
  const replication = await lister.replication();
  for await (const copy of lister.versions(prefix)) {
    if (!rules.matchesName(copy.key.slice(prefix.length))) continue;
    if (copy.kind === 'marker') yield describe(copy, options, CopyKind.deleteMarker, 'plaintext-backup');
    else {
      const found = await judge(copy, options);
      if (found !== undefined) yield* withReplicas(found, replication);
    }
  }
  for await (const copy of lister.uploads(prefix)) {
    if (rules.matchesName(copy.key.slice(prefix.length))) {
      yield describe(copy, options, CopyKind.multipart, 'plaintext-backup');
    }
  }
}

async function judge(copy: ListedCopy, options: DescribeOptions): Promise<FoundObject | undefined> {
  const path = copy.key.slice(options.prefix.length);
  const seen = await firstBytes(copy, options.place);
  if (seen === undefined) return undefined;
  // What its provider will not hand out, an archived object, cannot be hashed either: it is kept, and reported.
  const verdict = seen === 'unreadable' ? 'unrecognised' : options.rules.judge(path, seen.bytes);
  if (verdict === undefined) return undefined;
  const kind = copy.isLatest ? kindByName(path) : CopyKind.oldVersion;
  const untilMs = seen === 'unreadable' ? undefined : seen.lockedUntilMs;
  return { ...describe(copy, options, kind, verdict), ...(untilMs === undefined ? {} : { lockedUntilMs: untilMs }) };
}

interface FirstBytes {
  readonly bytes: Uint8Array;
  readonly lockedUntilMs: number | undefined;
}

/** @returns undefined where it went while it was looked at */
async function firstBytes(copy: ListedCopy, place: S3Place): Promise<FirstBytes | 'unreadable' | undefined> {
  if (copy.sizeBytes === 0) return { bytes: new Uint8Array(0), lockedUntilMs: undefined };
  const object = { providerObjectId: copy.key, copyId: copy.copyId, etag: copy.etag };
  try {
    const answer = await askForPart(place, object, 0, ruleFirstBytes - 1);
    return { bytes: (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0), lockedUntilMs: lockOf(answer) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) {
      throw new ConnectorError('unreachable', 'the provider broke off in the middle', { cause: error });
    }
    if (error.code === 'absent' || error.code === 'changed') return undefined;
    if (error.fields['s3Code'] === 'InvalidObjectState') return 'unreadable';
    throw error;
  }
}

function describe(copy: ListedCopy, options: DescribeOptions, kind: CopyKind, verdict: RuleVerdict): FoundObject {
  const path = copy.key.slice(options.prefix.length);
  // A version without an id can be overwritten in place: there the ETag says which one it is.
  const version = copy.copyId === 'null' ? `null-${copy.etag ?? ''}` : copy.copyId;
  return {
    ...{ provider: 's3', location: options.location, providerObjectId: copy.key, copyId: copy.copyId, version, kind },
    ...{ path, name: path.slice(path.lastIndexOf('/') + 1) },
    ...{ sizeBytes: copy.sizeBytes, modifiedMs: copy.modifiedMs, etag: copy.etag, verdict },
  };
}

function* withReplicas(found: FoundObject, rules: readonly ReplicationRule[]): Generator<FoundObject, void> {
  yield found;
  for (const { prefix, destination } of rules) {
    if (!found.providerObjectId.startsWith(prefix)) continue;
    const copyId = `${found.copyId}@${destination}`;
    yield { ...found, kind: CopyKind.replica, copyId, retainedElsewhere: destination };
  }
}
