import { Html, html } from './html';
import { page } from './layout';

/** Says what went wrong. Codes and descriptions are those of OAuth 2.0; neither names a secret. */
export function errorPage(code: string, description: string | undefined): string {
  return page(
    'This did not work',
    html`<p class="alarm" role="alert">${description ?? 'The request could not be answered.'}</p>
      <p>Nothing was changed. Start again from the program that sent you here.</p>
      <p class="hint">Error code: ${code}</p>`,
    'error',
  );
}

/** Asks before signing out. `form` is the provider's own, with the id `op.logoutForm`. */
export function signOutPage(form: string): string {
  return page(
    'Sign out?',
    html`${new Html(form)}
      <button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
      <button type="submit" form="op.logoutForm" class="second">Stay signed in</button>`,
  );
}

/** After signing out, where no program asked to be returned to. */
export function signedOutPage(): string {
  return page('Signed out', html`<p>You are signed out of the demo identity provider.</p>`, 'signed-out');
}
