import type { DeviceClient } from '@coffer/device-protocol';
import { evaluatePasskey, makePasskey, type Askable } from './ask-passkey';

/** Where adding a passkey is: the browser asks in `make`, `seal` and `check`, the vault is asked in `save`. */
export type PasskeyPhase = 'make' | 'seal' | 'check' | 'save';

/** A passkey that the authenticator has, and that opens nothing yet. */
export interface UnaddedPasskey extends Askable {
  readonly rpId: string;
  /** Whether the device holds the backup key sealed for it. */
  readonly isSealed: boolean;
}

export interface PasskeyAdditionOptions {
  readonly device: DeviceClient;
  /** Shown by the browser beside the passkey. */
  readonly userName: string;
  /** What an attempt that was broken off had made: it is gone on with, and no second passkey is made. */
  readonly made: UnaddedPasskey | null;
  readonly onMade: (made: UnaddedPasskey) => void;
  readonly onPhase: (phase: PasskeyPhase) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes a passkey and has it open the backup key once more before it becomes a keyslot. What it gives is handed to the device, and
 * this page can read it no more.
 *
 * @returns in how many repositories the copy of the wrap is missing
 * @throws PasskeyError; DeviceError
 */
export async function addPasskey(options: PasskeyAdditionOptions): Promise<number> {
  const { device, onPhase, signal } = options;
  const passkey = options.made ?? (await make(options));
  if (!passkey.isSealed) {
    onPhase('seal');
    await seal(options, passkey, await evaluate(passkey, signal));
  }
  onPhase('check');
  const prfOutput = await evaluate(passkey, signal);
  onPhase('save');
  const confirmed = { signal, transfer: [prfOutput.buffer] };
  return (await device.call('confirmPasskey', { prfOutput }, confirmed)).missingCopies;
}

async function make(options: PasskeyAdditionOptions): Promise<UnaddedPasskey> {
  const { device, userName, onMade, onPhase, signal } = options;
  const request = await device.call('beginPasskey', {}, { signal });
  onPhase('make');
  const { credentialId, prfOutput } = await makePasskey({ ...request, userName }, signal);
  const { rpId, prfInput } = request;
  const made: UnaddedPasskey = { rpId, credentialId, prfInput, isSealed: false };
  onMade(made);
  return prfOutput === null ? made : seal(options, made, prfOutput);
}

async function seal(
  { device, onMade, signal }: PasskeyAdditionOptions,
  passkey: UnaddedPasskey,
  prfOutput: Uint8Array<ArrayBuffer>,
): Promise<UnaddedPasskey> {
  const { credentialId } = passkey;
  await device.call('sealPasskey', { credentialId, prfOutput }, { signal, transfer: [prfOutput.buffer] });
  const sealed = { ...passkey, isSealed: true };
  onMade(sealed);
  return sealed;
}

async function evaluate(passkey: UnaddedPasskey, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return (await evaluatePasskey(passkey.rpId, [passkey], signal)).prfOutput;
}
