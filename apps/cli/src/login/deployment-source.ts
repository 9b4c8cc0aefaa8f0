import { readFile, stat } from 'node:fs/promises';
import { sha256 } from '@coffer/crypto';
import { equalBytes, fromHex } from '@coffer/foundation';

import { parseDeployment, type KnownDeployment } from '../home/deployment-file';
import { HomeError } from '../home/home-error';
import { UsageError } from '../output/usage-error';
import { SessionError } from '../session/session-error';

const maximumBytes = 64 * 1024;
const timeoutMs = 30_000;

/**
 * Reads the deployment that `--deployment` names: a file, or an address together with the SHA-256 of what lies there. A web
 * server alone could name any vault; the hash comes from the operator by another way.
 *
 * @param sha256Hex - value of `--sha256`: 64 hexadecimal digits
 * @throws HomeError `deployment-invalid`; UsageError; SessionError `unreachable`; the error of the file system
 */
export async function readDeployment(
  source: string,
  sha256Hex: string | undefined,
  signal: AbortSignal,
): Promise<KnownDeployment> {
  const isAddress = /^https?:\/\//i.test(source);
  if (isAddress && sha256Hex === undefined) {
    throw new UsageError(
      'An address for --deployment needs --sha256 with the hash that your operator published; or download the file and name it.',
    );
  }
  const expected = sha256Hex === undefined ? undefined : parseHash(sha256Hex);
  const bytes = isAddress ? await download(new URL(source), signal) : await readWhole(source);
  if (expected !== undefined && !equalBytes(sha256(bytes), expected)) {
    throw new HomeError(
      'deployment-invalid',
      'What lies there has another SHA-256 than --sha256 says. Nothing was stored. Ask your operator.',
    );
  }
  return parseDeployment(bytes);
}

function parseHash(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new UsageError('--sha256 takes 64 hexadecimal digits.');
  return fromHex(text.toLowerCase());
}

async function readWhole(path: string): Promise<Uint8Array> {
  // One byte more than is allowed is enough for the parser to refuse it.
  if ((await stat(path)).size > maximumBytes) return new Uint8Array(maximumBytes + 1);
  return readFile(path);
}

async function download(address: URL, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      cache: 'no-store',
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    for await (const part of response.body ?? []) {
      parts.push(part);
      length += part.length;
      if (length > maximumBytes) break;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new SessionError('unreachable', `${address.host} does not give the deployment. Nothing was stored.`, {
      cause,
    });
  }
  return Buffer.concat(parts);
}
