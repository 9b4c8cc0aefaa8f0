import { ObjectStoreError } from '../../errors';
import { rangeAnswerOf, rangeHeader } from '../http/range-answer';
import type { RangeAnswer } from '../http/read-resuming';
import type { CloudKitClient } from './cloudkit-client';
import { cloudKitError, failureOf } from './cloudkit-error';
import { fieldOf, partBytes, recordType, unusable } from './object-record';

/**
 * Uploads content as assets of a record that is made afterwards, in two steps: addresses, then bytes. Assets of a record that never
 * comes to be are Apple's to remove.
 *
 * @returns the asset fields of the record
 */
export async function uploadAssets(
  client: CloudKitClient,
  recordName: string,
  bytes: Uint8Array,
): Promise<Readonly<Record<string, unknown>>> {
  const parts = Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, part) => part);
  // An asset has at least one byte: an empty object has none.
  if (parts.length === 0) return {};
  const asked = parts.map((part) => ({ recordName, recordType, fieldName: fieldOf(part) }));
  const { tokens } = await client.call('assets/upload', { tokens: asked });
  const addresses = new Map(
    (Array.isArray(tokens) ? (tokens as readonly Readonly<Record<string, unknown>>[]) : []).map(
      ({ fieldName, url }) => [fieldName, url] as const,
    ),
  );
  const uploads = parts.map(async (part) => {
    const url = addresses.get(fieldOf(part));
    if (typeof url !== 'string') throw unusable();
    const content = bytes.subarray(part * partBytes, (part + 1) * partBytes);
    return [fieldOf(part), { value: await uploadAsset(client, url, content) }] as const;
  });
  return Object.fromEntries(await Promise.all(uploads));
}

/** @returns the dictionary that the record's field refers to the upload by */
async function uploadAsset(client: CloudKitClient, url: string, body: Uint8Array): Promise<unknown> {
  const answer = await client.assets.send(() => ({ method: 'POST', url: requireAssetUrl(url), body }));
  const text = await answer.text();
  if (answer.status !== 200) throw cloudKitError({ code: '', status: answer.status });
  const { singleFile } = JSON.parse(text) as { readonly singleFile?: { readonly size?: unknown } };
  if (singleFile === undefined || singleFile.size !== body.length) {
    throw new ObjectStoreError('checksum-mismatch', 'the content arrived changed; nothing was stored');
  }
  return singleFile;
}

/** GET of a part of an asset. @throws ObjectStoreError `not-found` where the address is good no longer */
export async function readAsset(
  client: CloudKitClient,
  url: string,
  offset: number,
  length: number | undefined,
): Promise<RangeAnswer> {
  // The name that a browser would save it under; any will do.
  const address = requireAssetUrl(url.replace('${f}', 'object'));
  const answer = await client.assets.send(() => ({
    method: 'GET',
    url: address,
    headers: rangeHeader(offset, length),
  }));
  if (answer.status === 200 || answer.status === 206) {
    const part = await rangeAnswerOf(answer, offset, length);
    if (part !== undefined) return part;
  }
  await answer.discard();
  const isStale = [401, 403, 404, 410].includes(answer.status);
  throw cloudKitError(
    isStale ? { code: 'NOT_FOUND', status: 404 } : (failureOf({}, answer.status) ?? { code: '', status: 500 }),
  );
}

/** Assets come from hosts that the service names: over TLS, or from this machine itself. */
function requireAssetUrl(text: string): string {
  const url = new URL(text);
  if (url.protocol === 'https:' || url.hostname === '127.0.0.1') return text;
  throw unusable();
}
