import { sampleAccounts } from '../accounts';
import { html } from './html';
import { page } from './layout';

/** What the sign-in page shows. */
export interface SignInView {
  /** Where the form goes. */
  readonly action: string;
  readonly clientName: string;
  /** Set after a refusal: the name that was tried. */
  readonly refusedUsername?: string;
}

/** Name and password, with the demo's accounts beside them. */
export function signInPage({ action, clientName, refusedUsername }: SignInView): string {
  const isRefused = refusedUsername !== undefined;
  const refusal = html`<p class="alarm" role="alert" id="refusal">
    Name and password do not belong together. Nothing was changed; try again.
  </p>`;
  return page(
    'Sign in',
    html`<p>to go on to <strong>${clientName}</strong></p>
      ${isRefused ? refusal : undefined}
      <form method="post" action="${action}">
        <label for="username">Name</label>
        <input
          id="username"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          value="${refusedUsername ?? ''}"
          ${isRefused ? html`aria-describedby="refusal" aria-invalid="true"` : undefined}
        />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button type="submit" name="act" value="sign-in">Sign in</button>
        <button type="submit" name="act" value="cancel" class="second" formnovalidate>Cancel</button>
      </form>
      <h2 id="accounts">Accounts of this demo</h2>
      <p class="hint">Nothing here is secret: this provider answers on this computer only.</p>
      <table aria-labelledby="accounts">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Password</th>
            <th scope="col">Who</th>
          </tr>
        </thead>
        <tbody>
          ${sampleAccounts.map(
            (account) =>
              html`<tr>
                <td>${account.username}</td>
                <td class="secret">${account.password}</td>
                <td>${account.name}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    isRefused ? 'sign-in-refused' : undefined,
  );
}

/** Asked for by `prompt=consent` only: the programs of this deployment need no consent otherwise. */
export function consentPage({ action, clientName }: SignInView): string {
  return page(
    'Go on?',
    html`<p><strong>${clientName}</strong> will know your name and act in your account at the vault.</p>
      <form method="post" action="${action}">
        <button type="submit" name="act" value="consent">Go on</button>
        <button type="submit" name="act" value="cancel" class="second">Cancel</button>
      </form>`,
  );
}
