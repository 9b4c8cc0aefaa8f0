import { html } from './html';
import { page } from './layout';

/** Where a form of the device flow goes, and what guards it against forgery. */
export interface DeviceForm {
  readonly action: string;
  readonly xsrf: string;
}

/** Asks for the code that the other device shows. `userCode` fills it in; `refusal` says why the last one did not do. */
export function userCodePage({ action, xsrf }: DeviceForm, userCode = '', refusal?: string): string {
  return page(
    'Connect a device',
    html`${refusal === undefined ? undefined : html`<p class="alarm" role="alert" id="refusal">${refusal}</p>`}
      <form method="post" action="${action}">
        <input type="hidden" name="xsrf" value="${xsrf}" />
        <label for="user_code">Code that the device shows</label>
        <input
          id="user_code"
          name="user_code"
          class="code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          required
          value="${userCode}"
          ${refusal === undefined ? undefined : html`aria-describedby="refusal" aria-invalid="true"`}
        />
        <button type="submit">Continue</button>
      </form>`,
    refusal === undefined ? undefined : 'code-refused',
  );
}

/** Asks whether the code on the device is this one: who was sent here by somebody else can still turn back. */
export function confirmDevicePage({ action, xsrf }: DeviceForm, clientName: string, userCode: string): string {
  return page(
    'Is this your device?',
    html`<p><strong>${clientName}</strong> asks to act for you. It must show exactly this code now:</p>
      <p class="code">${userCode}</p>
      <p>If it shows another one, or you did not start this yourself, choose Cancel.</p>
      <form method="post" action="${action}">
        <input type="hidden" name="xsrf" value="${xsrf}" />
        <input type="hidden" name="user_code" value="${userCode}" />
        <button type="submit" name="confirm" value="yes">Yes, continue</button>
        <button type="submit" name="abort" value="yes" class="second">Cancel</button>
      </form>`,
  );
}

/** The end of the device flow. */
export function deviceApprovedPage(clientName: string): string {
  return page(
    'Device connected',
    html`<p><strong>${clientName}</strong> goes on by itself. This page can be closed.</p>`,
    'device-approved',
  );
}
