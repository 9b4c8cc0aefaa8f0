import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { evaluatePasskey } from './ask-passkey';

/**
 * Opens a backup with a passkey of this address. What the passkey gives is handed to the device.
 *
 * @throws PasskeyError; DeviceError `no-passkey`, `wrong-passkey` …
 */
export async function unlockWithPasskey(
  device: DeviceClient,
  repositoryId: string,
  options: DeviceCallOptions & { readonly signal: AbortSignal },
): Promise<DeviceResult<'unlockWithPasskey'>> {
  const { rpId, passkeys } = await device.call('listPasskeys', { repositoryId }, options);
  const { credentialId, prfOutput } = await evaluatePasskey(rpId, passkeys, options.signal);
  const handedOver = { ...options, transfer: [prfOutput.buffer] };
  return device.call('unlockWithPasskey', { repositoryId, credentialId, prfOutput }, handedOver);
}
