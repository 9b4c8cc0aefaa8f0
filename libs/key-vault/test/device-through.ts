import { Recovery, type VaultServiceParts, type VaultStep } from '../src/index';
import { MemoryDevice, type MemoryVault } from './memory-vault';

/** Any device of `device`'s account, whose guesses go through a process of which some parts are others. */
export function deviceThrough(
  vault: MemoryVault,
  device: MemoryDevice,
  parts: Partial<VaultServiceParts>,
): MemoryDevice {
  return new MemoryDevice({ ...vault, recovery: new Recovery({ ...vault.parts, ...parts }) }, device.subject);
}

/** A process that goes no further than `last`. */
export function diesAt(last: VaultStep): Pick<VaultServiceParts, 'atStep'> {
  return {
    atStep: (step) => {
      if (step === last) throw new Error(`died at ${step}`);
    },
  };
}
