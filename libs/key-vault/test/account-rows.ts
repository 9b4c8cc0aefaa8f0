import type { MemoryDevice, MemoryVault } from './memory-vault';

/** What the store holds of a device's account. */
export async function rowsOf(vault: MemoryVault, device: MemoryDevice) {
  return vault.store.rows((await device.account()).accountId);
}

/** What may not change where nothing is counted. */
export async function countedOf(vault: MemoryVault, device: MemoryDevice) {
  const { budget, events, notices } = await rowsOf(vault, device);
  return { budget, events: events.length, notices: notices.length };
}
