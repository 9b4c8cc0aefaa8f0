import type { Step } from '../use-step';

/** Name in the tab's own storage. It holds the name of a screen, for as long as a sign-in takes. */
const storageKey = 'coffer-return';

/** Sends the person through a sign-in that counts as fresh, and back to the screen `step`. */
export function signInAgain(step: Step): void {
  window.sessionStorage.setItem(storageKey, step);
  window.location.assign('/auth/sign-in?again=1');
}

/** The screen to which a fresh sign-in was to lead back; null where none was asked for. */
export function returnStep(): string | null {
  return window.sessionStorage.getItem(storageKey);
}

/** Said once the person is back. */
export function forgetReturn(): void {
  window.sessionStorage.removeItem(storageKey);
}
