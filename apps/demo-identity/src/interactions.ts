import type { IncomingMessage, ServerResponse } from 'node:http';

import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';

import { authenticate } from './accounts';
import { errorPage } from './pages/message-pages';
import { consentPage, signInPage, type SignInView } from './pages/sign-in-page';

const formBytes = 4096;

/** The sign-in page and its form. @returns whether the request was one of theirs */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (!/^\/interaction\/[\w-]{1,64}$/.test(path)) return false;
  try {
    const details = await provider.interactionDetails(request, response);
    const client = await provider.Client.find(String(details.params['client_id']));
    const view = { action: path, clientName: client?.clientName ?? 'Coffer' };
    if (request.method !== 'POST') {
      send(response, 200, details.prompt.name === 'consent' ? consentPage(view) : signInPage(view));
      return true;
    }
    const form = await readForm(request);
    const result = resultOf(details.prompt.name, form, details.grantId);
    if (result === undefined) send(response, 401, refusal(view, form));
    else await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } catch (error) {
    const isGone = error instanceof Error && error.name === 'SessionNotFound';
    const description = isGone ? 'This sign-in has expired or was finished before.' : 'The form could not be read.';
    send(response, 400, errorPage(isGone ? 'session_not_found' : 'invalid_request', description));
  }
  return true;
}

function resultOf(prompt: string, form: URLSearchParams, grantId: string | undefined): InteractionResults | undefined {
  if (form.get('act') === 'cancel') {
    return { error: 'access_denied', error_description: 'The person cancelled the sign-in.' };
  }
  if (prompt === 'consent') return { consent: grantId === undefined ? {} : { grantId } };
  const account = authenticate(form.get('username') ?? '', form.get('password') ?? '');
  return account === undefined ? undefined : { login: { accountId: account.subject, amr: ['pwd'] } };
}

function refusal(view: SignInView, form: URLSearchParams): string {
  return signInPage({ ...view, refusedUsername: (form.get('username') ?? '').slice(0, 100) });
}

/** A page answer: never kept, never cached. */
function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(body);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > formBytes) throw new RangeError('form too large');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
