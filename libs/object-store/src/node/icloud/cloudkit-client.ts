import { ObjectStoreError } from '../../errors';
import { HttpService, type HttpPolicy } from '../http/http-service';
import { cloudKitError, failureOf, isCloudKitBusy, type CloudKitFailure } from './cloudkit-error';

/** Where CloudKit's web services are. */
export const appleApiUrl = 'https://api.apple-cloudkit.com';

/**
 * The sign-in of a person. Apple takes a web-auth token once and gives the next one with each answer: so `use` runs one request after
 * the other, over all processes that share the sign-in, and keeps the next token before the one after is sent.
 */
export interface WebAuthSession {
  use<Result>(
    request: (token: string) => Promise<{ readonly next: string | undefined; readonly result: Result }>,
  ): Promise<Result>;
}

/** Which container, and how it is reached. */
export interface CloudKitOptions extends HttpPolicy {
  /** `iCloud.` and the rest. */
  readonly container: string;
  readonly environment: 'development' | 'production';
  /** Of the container: names the program, opens nothing. */
  readonly apiToken: string;
  readonly session: WebAuthSession;
  /** Origin of the web services; Apple's unless told. */
  readonly apiUrl?: string;
}

/** The body of an answer. */
export type CloudKitAnswer = Readonly<Record<string, unknown>> & {
  /** How often the request was sent. */
  readonly attempts: number;
};

const nextTokenHeader = 'x-apple-cloudkit-web-auth-token';

/** Requests to the private database of a person (CloudKit Web Services, version 1). */
export class CloudKitClient {
  /** For assets: their addresses are good by themselves, so nothing that signs in goes along, and several run at once. */
  readonly assets: HttpService;
  readonly #options: CloudKitOptions;
  readonly #service: HttpService;

  constructor(options: CloudKitOptions) {
    this.#options = options;
    this.#service = new HttpService(options);
    this.assets = new HttpService(options);
  }

  /** @param operation - e.g. `records/lookup` @throws ObjectStoreError */
  async call(operation: string, body: Readonly<Record<string, unknown>>): Promise<CloudKitAnswer> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#once(operation, body).catch((error: unknown) => {
        if (error instanceof ObjectStoreError && error.isRetryable) return error;
        throw error;
      });
      if (!(outcome instanceof ObjectStoreError) && outcome.failure === undefined) {
        return { ...outcome.body, attempts: attempt };
      }
      const failure = outcome instanceof ObjectStoreError ? undefined : outcome.failure;
      const isLater = failure === undefined || isCloudKitBusy(failure);
      const mayGoOn = isLater && attempt < this.#service.maxAttempts && (await this.#pause(attempt, failure));
      if (mayGoOn) continue;
      throw failure === undefined ? (outcome as ObjectStoreError) : cloudKitError(failure);
    }
  }

  #pause(attempt: number, failure: CloudKitFailure | undefined): Promise<boolean> {
    const asked = failure?.retryAfterSeconds;
    const headers = new Headers(asked === undefined ? {} : { 'retry-after': String(Math.ceil(asked)) });
    return this.#service.pauseAfter(attempt, { headers });
  }

  #once(
    operation: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly body: Readonly<Record<string, unknown>>; readonly failure: CloudKitFailure | undefined }> {
    return this.#options.session.use(async (token) => {
      const request = { method: 'POST', url: this.#url(operation, token), body: JSON.stringify(body) };
      const headers = { 'content-type': 'application/json' };
      const answer = await this.#service.send(() => ({ ...request, headers }), 1);
      const parsed = parseJson(await answer.text());
      const next = answer.headers.get(nextTokenHeader) ?? undefined;
      return { next, result: { body: parsed, failure: failureOf(parsed, answer.status) } };
    });
  }

  /** The protocol wants both tokens in the query; no URL of this client is ever shown or kept. */
  #url(operation: string, token: string): string {
    const { apiUrl = appleApiUrl, container, environment, apiToken } = this.#options;
    const query = new URLSearchParams({ ckAPIToken: apiToken, ckWebAuthToken: token });
    return `${apiUrl}/database/1/${container}/${environment}/private/${operation}?${query.toString()}`;
  }
}

/** Where Apple signs a person in for a container. @throws ObjectStoreError where the API token is not taken */
export async function findSignInPage(options: Omit<CloudKitOptions, 'session'>): Promise<string> {
  const { apiUrl = appleApiUrl, container, environment, apiToken } = options;
  const query = new URLSearchParams({ ckAPIToken: apiToken });
  const url = `${apiUrl}/database/1/${container}/${environment}/public/users/current?${query.toString()}`;
  const answer = await new HttpService(options).send(() => ({ method: 'GET', url }));
  const body = parseJson(await answer.text());
  const { redirectURL } = body;
  if (answer.status === 421 && typeof redirectURL === 'string') return redirectURL;
  throw new ObjectStoreError('access-denied', 'iCloud does not take the API token for this container', {
    fields: { status: answer.status, serverErrorCode: failureOf(body, answer.status)?.code ?? '' },
  });
}

/** Empty where a body is no JSON object: then the status says what there is to say. */
function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
