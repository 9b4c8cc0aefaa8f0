import { argon2id as hashWasmArgon2id } from 'hash-wasm';

import { requireArgon2Input, type Argon2id } from '../argon2';

/** Argon2id by hash-wasm. See {@link Argon2id}. */
export const argon2id: Argon2id = async (password, salt, parameters, length) => {
  const { memoryKiB, iterations, parallelism } = requireArgon2Input(password, salt, parameters, length);
  const derived = await hashWasmArgon2id({
    password,
    salt,
    memorySize: memoryKiB,
    iterations,
    parallelism,
    hashLength: length,
    outputType: 'binary',
  });
  return new Uint8Array(derived);
};
