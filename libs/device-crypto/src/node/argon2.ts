import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';

import { requireArgon2Input, type Argon2id } from '../argon2';

const derive = promisify(argon2);

/** Argon2id by OpenSSL, off the main thread. See {@link Argon2id}. */
export const argon2id: Argon2id = async (password, salt, parameters, length) => {
  const { memoryKiB, iterations, parallelism } = requireArgon2Input(password, salt, parameters, length);
  const derived = await derive('argon2id', {
    message: password,
    nonce: salt,
    memory: memoryKiB,
    passes: iterations,
    parallelism,
    tagLength: length,
  });
  return new Uint8Array(derived);
};
