import type { CheckedLedger, DeviceCallOptions, DeviceClient } from '@coffer/device-protocol';

/** Name in this origin's storage, and of the lock around it. What is kept is a public checkpoint, ids and hashes: no secret. */
const storageKey = 'coffer-ledger';

/** A ledger that held. */
export interface RememberedCheck extends CheckedLedger {
  /** Whether this browser could keep what it saw for the next check. */
  readonly isRemembered: boolean;
}

/**
 * Has the device check the account's ledger against what this browser has seen before, and keeps what it has seen now. The page
 * keeps it, for the device touches no storage. A check that fails leaves what was kept.
 *
 * @throws DeviceError, `ledger-…` among others
 */
export function checkLedger(device: DeviceClient, options: DeviceCallOptions): Promise<RememberedCheck> {
  // Two tabs that check at once must not leave the older state behind.
  return navigator.locks.request(storageKey, async () => {
    const checked = await device.call('checkLedger', { seen: read() }, options);
    return { ...checked, isRemembered: write(checked.seen) };
  });
}

function read(): string | null {
  try {
    return window.localStorage.getItem(storageKey);
  } catch {
    // This browser keeps nothing for this site.
    return null;
  }
}

function write(seen: string): boolean {
  try {
    window.localStorage.setItem(storageKey, seen);
    return true;
  } catch {
    return false;
  }
}
