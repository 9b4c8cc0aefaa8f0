import { describe, expect, it } from 'vitest';

import { defaultArgon2Parameters, requireArgon2Parameters, type Argon2Parameters } from './argon2-parameters';

describe('requireArgon2Parameters', () => {
  it.each<Argon2Parameters>([
    defaultArgon2Parameters,
    { memoryKiB: 65_536, iterations: 3, parallelism: 1 },
    { memoryKiB: 262_144, iterations: 10, parallelism: 4 },
  ])('accepts %j', (parameters) => {
    expect(requireArgon2Parameters(parameters)).toEqual(parameters);
  });

  it.each([
    ['memoryKiB', 65_535],
    ['memoryKiB', 262_145],
    ['memoryKiB', 65_536.5],
    ['memoryKiB', Number.NaN],
    ['memoryKiB', '65536'],
    ['memoryKiB', undefined],
    ['iterations', 2],
    ['iterations', 11],
    ['iterations', Number.POSITIVE_INFINITY],
    ['parallelism', 0],
    ['parallelism', 5],
    ['parallelism', -1],
    ['parallelism', 2n],
  ])('refuses %s %s', (field, value) => {
    const parameters = { ...defaultArgon2Parameters, [field]: value };
    const refusal = expect.objectContaining({ code: 'parameters-out-of-range' }) as Error;
    expect(() => requireArgon2Parameters(parameters)).toThrow(refusal);
  });

  it('keeps the known fields only', () => {
    const parameters = { ...defaultArgon2Parameters, secret: 'x' };
    expect(Object.keys(requireArgon2Parameters(parameters))).toEqual(['memoryKiB', 'iterations', 'parallelism']);
  });
});
