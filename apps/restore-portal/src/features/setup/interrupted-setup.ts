/** Name in the tab's own storage. It holds a key id, which is public, for as long as a sign-in takes. */
const storageKey = 'coffer-setup';

/** A key was shown to be recorded, and is not in force yet. */
export function rememberSetup(keyIdHex: string): void {
  window.sessionStorage.setItem(storageKey, keyIdHex);
}

/** The key of a set-up that was interrupted; null where there was none. */
export function interruptedSetup(): string | null {
  const kept = window.sessionStorage.getItem(storageKey);
  return kept !== null && /^[0-9a-f]{16}$/.test(kept) ? kept : null;
}

/** The key is in force, or its set-up was given up. */
export function forgetSetup(): void {
  window.sessionStorage.removeItem(storageKey);
}
