import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { randomBytes } from '@coffer/crypto';
import { newUuid, toBase64Url } from '@coffer/foundation';
import { z } from 'zod';

import { IdentityError } from './errors';

const keyFile = z.strictObject({
  v: z.literal(1),
  /** Private keys as JWK (RFC 7517). */
  keys: z
    .array(z.looseObject({ kty: z.literal('RSA'), kid: z.string(), alg: z.literal('RS256'), d: z.string() }))
    .min(1),
  /** Keys of the cookies' signatures, newest first. */
  cookieKeys: z.array(z.string().min(32)).min(1),
});

/** Keys that must outlive a restart, else every token and every session would end with it. */
export type SigningKeys = z.infer<typeof keyFile>;

/**
 * Reads the keys of `folder`, or makes them: RSA with 2048 bits for RS256, the algorithm that every OpenID client knows.
 * The folder is 0700, the file 0600, written under another name first.
 *
 * @throws IdentityError `bad-key-file`
 */
export async function loadSigningKeys(folder: string): Promise<SigningKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'keys.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new IdentityError('bad-key-file', 'the key file of the demo identity provider cannot be read', { cause });
  });
  if (text !== undefined) {
    await chmod(path, 0o600);
    return parseKeys(text);
  }
  const keys = makeKeys();
  const draft = `${path}.${newUuid()}`;
  await writeFile(draft, JSON.stringify(keys), { mode: 0o600, flag: 'wx', flush: true });
  await rename(draft, path);
  return keys;
}

function makeKeys(): SigningKeys {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: newUuid(), alg: 'RS256', use: 'sig' };
  return keyFile.parse({ v: 1, keys: [key], cookieKeys: [toBase64Url(randomBytes(32))] });
}

function parseKeys(text: string): SigningKeys {
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    // The reason may quote the file, which holds private keys.
    throw new IdentityError(
      'bad-key-file',
      'the key file of the demo identity provider is damaged; moving keys.json away makes new keys and ends all sessions',
    );
  }
}
