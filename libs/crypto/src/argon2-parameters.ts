import { CryptoError } from './errors';

/** The work of Argon2id (RFC 9106). */
export interface Argon2Parameters {
  /** m: memory in KiB. */
  readonly memoryKiB: number;
  /** t: passes over the memory. */
  readonly iterations: number;
  /** p: lanes. */
  readonly parallelism: number;
}

/** What is set for new password keyslots: 64 MiB, 3 passes, 4 lanes (the second choice of RFC 9106, section 4). */
export const defaultArgon2Parameters: Argon2Parameters = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };

/** What is accepted from a server: below it is a downgrade, above it a denial of service. Both ends included. */
export const argon2Ranges = {
  memoryKiB: { least: 65_536, most: 262_144 },
  iterations: { least: 3, most: 10 },
  parallelism: { least: 1, most: 4 },
} as const;

/**
 * Guard for parameters from outside, before anything is allocated or derived.
 *
 * @returns a copy with the three known fields only
 * @throws CryptoError `parameters-out-of-range`, naming the field, on anything but a whole number within {@link argon2Ranges}
 */
export function requireArgon2Parameters(parameters: Argon2Parameters): Argon2Parameters {
  return {
    memoryKiB: requireInRange(parameters, 'memoryKiB'),
    iterations: requireInRange(parameters, 'iterations'),
    parallelism: requireInRange(parameters, 'parallelism'),
  };
}

function requireInRange(parameters: Argon2Parameters, field: keyof Argon2Parameters): number {
  const value: unknown = parameters[field];
  const { least, most } = argon2Ranges[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new CryptoError(
      'parameters-out-of-range',
      `Argon2id ${field} must be a whole number from ${least} to ${most}`,
      {
        fields: { field, least, most },
      },
    );
  }
  return value;
}
