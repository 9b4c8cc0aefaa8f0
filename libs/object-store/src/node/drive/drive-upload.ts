import { createSha256 } from '@coffer/crypto/node';
import { randomBytes } from '@coffer/crypto';
import { concatBytes, equalBytes, toHex, utf8 } from '@coffer/foundation';

import { ObjectStoreError } from '../../errors';
import type { HttpAnswer } from '../http/http-service';
import type { DriveClient } from './drive-client';
import { driveError } from './drive-error';
import { fileFields, parseFile, parseJson, unusable, type DriveFile } from './drive-file';

/** Up to here one request carries all; above, an upload that goes on where it broke. */
const largestSingleBytes = 1024 * 1024;
/** A multiple of 256 KiB, as Drive wants it. */
const partBytes = 8 * 1024 * 1024;
/** A session can be forgotten by Drive; then all is sent again. */
const sessions = 3;

/**
 * Creates a file of the app's folder.
 *
 * @throws ObjectStoreError `store-full`, `access-denied`, `unreachable`, `checksum-mismatch` where Drive got other bytes: then they
 *   were removed
 */
export async function uploadFile(client: DriveClient, name: string, bytes: Uint8Array): Promise<DriveFile> {
  const id = await client.newId();
  const metadata = JSON.stringify({ id, name, parents: ['appDataFolder'], mimeType: 'application/octet-stream' });
  const answer =
    bytes.length <= largestSingleBytes
      ? await sendWhole(client, metadata, bytes)
      : await sendInParts(client, metadata, bytes);
  const file = await createdFile(client, id, answer);
  const state = createSha256();
  state.update(bytes);
  const isSame =
    file.sizeBytes === bytes.length && (file.sha256 === undefined || equalBytes(file.sha256, state.digest()));
  if (isSame) return file;
  await client.remove(id);
  throw new ObjectStoreError('checksum-mismatch', 'the content arrived changed; nothing was stored');
}

/** 409: the id is taken, by an earlier try of this very upload whose answer was lost. */
async function createdFile(client: DriveClient, id: string, answer: HttpAnswer): Promise<DriveFile> {
  if (answer.status === 409) {
    await answer.discard();
    return client.file(id);
  }
  if (answer.status !== 200 && answer.status !== 201) throw await driveError(answer);
  const file = parseFile(parseJson(await answer.text()));
  if (file.id !== id) throw unusable();
  return file;
}

function sendWhole(client: DriveClient, metadata: string, bytes: Uint8Array): Promise<HttpAnswer> {
  const boundary = toHex(randomBytes(16));
  const head =
    `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n` +
    `--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`;
  return client.send({
    method: 'POST',
    url: `${client.apiUrl}/upload/drive/v3/files?uploadType=multipart&fields=${fileFields}`,
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: concatBytes(utf8(head), bytes, utf8(`\r\n--${boundary}--\r\n`)),
  });
}

async function sendInParts(client: DriveClient, metadata: string, bytes: Uint8Array): Promise<HttpAnswer> {
  for (let session = 1; ; session++) {
    const opened = await openSession(client, metadata, bytes.length);
    if ('status' in opened) return opened;
    const answer = await sendToSession(client, opened.url, bytes);
    const isForgotten = answer.status === 404 || answer.status === 410;
    if (!isForgotten || session >= sessions) return answer;
    await answer.discard();
  }
}

/** @returns the answer where Drive opens no session */
async function openSession(
  client: DriveClient,
  metadata: string,
  sizeBytes: number,
): Promise<HttpAnswer | { readonly url: string }> {
  const answer = await client.send({
    method: 'POST',
    url: `${client.apiUrl}/upload/drive/v3/files?uploadType=resumable&fields=${fileFields}`,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'x-upload-content-type': 'application/octet-stream',
      'x-upload-content-length': String(sizeBytes),
    },
    body: metadata,
  });
  if (answer.status !== 200) return answer;
  await answer.discard();
  const url = answer.headers.get('location') ?? '';
  // The token goes along: to the service that was named, and to no other.
  if (!url.startsWith(`${client.apiUrl}/`)) throw unusable();
  return { url };
}

/** Sends what is missing, and asks how far it came after each try that failed. @returns the answer that ends the session */
async function sendToSession(client: DriveClient, url: string, bytes: Uint8Array): Promise<HttpAnswer> {
  let at = 0;
  let failures = 0;
  let isKnown = true;
  for (;;) {
    const step = isKnown ? sendPart(client, url, bytes, at) : askHowFar(client, url, bytes.length);
    const answer = await step.catch(orUndefinedWhereRetryable);
    if (answer !== undefined && answer.status !== 308 && !isLater(answer.status)) return answer;
    const reached = answer?.status === 308 ? reachedBy(answer) : undefined;
    if (reached !== undefined && (reached > at || !isKnown)) {
      if (reached > at) failures = 0;
      at = reached;
      isKnown = true;
      await answer?.discard();
      continue;
    }
    failures += 1;
    isKnown = false;
    const mayGoOn = failures < client.service.maxAttempts && (await client.service.pauseAfter(failures, answer));
    if (!mayGoOn) throw answer === undefined ? brokeOff() : await driveError(answer);
    await answer?.discard();
  }
}

function isLater(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function orUndefinedWhereRetryable(error: unknown): undefined {
  if (!(error instanceof ObjectStoreError) || !error.isRetryable) throw error;
}

function brokeOff(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'Google Drive broke off in the middle; nothing was stored, try again');
}

function sendPart(client: DriveClient, url: string, bytes: Uint8Array, at: number): Promise<HttpAnswer> {
  const end = Math.min(at + partBytes, bytes.length);
  const headers = { 'content-range': `bytes ${at}-${end - 1}/${bytes.length}` };
  return client.send({ method: 'PUT', url, headers, body: bytes.subarray(at, end) }, 1);
}

function askHowFar(client: DriveClient, url: string, sizeBytes: number): Promise<HttpAnswer> {
  return client.send({ method: 'PUT', url, headers: { 'content-range': `bytes */${sizeBytes}` } }, 1);
}

/** `Range: bytes=0-42` says that 43 bytes are there; without it none are. */
function reachedBy(answer: HttpAnswer): number {
  const last = /^bytes=0-(\d{1,15})$/.exec(answer.headers.get('range') ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}
