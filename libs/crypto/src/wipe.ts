/**
 * Overwrites secrets with zeros where they lie. Best effort: the platform may have copied them before, and texts cannot be
 * wiped at all.
 */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
