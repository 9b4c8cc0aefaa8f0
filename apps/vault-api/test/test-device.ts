import { setTimeout as pause } from 'node:timers/promises';
import { client, ready } from '@serenity-kit/opaque';
import type { ProblemDetails } from '@coffer/contracts';
import {
  generateSigningSeed,
  opaqueIdentities,
  randomBytes,
  sha256,
  signingPublicKey,
  type SigningSeed,
} from '@coffer/crypto';
import {
  coSignedStatementToJson,
  coSignVaultStatement,
  signedStatementToJson,
  signVaultStatement,
  type CoSignedPurpose,
  type VaultBodies,
  type VaultPurpose,
  type VaultStatementFields,
} from '@coffer/evidence';
import { fromBase64Url, newUuid, systemClock, toBase64Url } from '@coffer/foundation';
import type { ApiProcess } from './api-process';
import type { TestIssuer } from './test-issuer';

/** Stretching that costs nothing: the vault cannot see what a device spends, and tests need many guesses. */
const trivial = { 'argon2id-custom': { memory: 8, iterations: 1, parallelism: 1 } } as const;

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

interface AccountBody {
  readonly accountId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly vaultId: string;
  readonly ownerGeneration: number;
}

interface Ksf {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** What a statement says beside its body; generation 1 and no serial unless told. */
interface StatementTerms {
  readonly serial?: number;
  readonly previousSerial?: number;
  readonly generation?: number;
}

/** A first login message and what is needed to go on. */
export interface Attempt {
  readonly loginId: string;
  readonly ke1: string;
  readonly clientState: string;
  readonly password: string;
}

export interface LoginBody {
  readonly loginId: string;
  readonly ke2: string;
  readonly serial: number;
  readonly ksf: Ksf;
  readonly attemptsRemaining: number;
  readonly nextAttemptAt: string | null;
  readonly expiresAt: string;
}

type OpenedRegistration = Awaited<ReturnType<TestDevice['openRegistration']>>;

/** A step that every act begins with was not answered: the vault, or its database, is away. */
export class NotAnswered extends Error {
  constructor(status: number, text: string) {
    super(`answered ${status}: ${text}`);
  }
}

function answered<Body>({ status, text, body }: Answer<Body>): Body {
  if (status === 503) throw new NotAnswered(status, text);
  return body;
}

/** Asks until it is not 503, and not so often that the one who is waited for comes to nothing. */
export async function untilAnswered<Body>(ask: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await pause(100);
  }
}

/** How long a device uses a token of `TestIssuer`, which lives 10 minutes; in milliseconds. */
const tokenUseMs = 300_000;

/** A device of one account, over HTTP and with the OPAQUE library itself. */
export class TestDevice {
  readonly owner: SigningSeed = generateSigningSeed();
  readonly keyId = randomBytes(8);
  readonly sealedBackupKey = randomBytes(72);
  /** Owner generation that it signs under. */
  generation = 1;
  /** The new start under which it registers. */
  newStartId: string | undefined;
  readonly subject: string;
  /** May be changed: the next request goes there. */
  api: Pick<ApiProcess, 'url'>;
  readonly #issuer: TestIssuer;
  #account: AccountBody | undefined;
  #token: { readonly text: string; readonly issuedAt: number } | undefined;

  constructor(api: Pick<ApiProcess, 'url'>, issuer: TestIssuer, subject: string = newUuid()) {
    this.api = api;
    this.#issuer = issuer;
    this.subject = subject;
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Answer<Body>> {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.send<Body>(method, path, text, { ...type, ...headers }, signal);
  }

  /** A request whose answer may be bytes; `signal` hangs up. */
  async fetch(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Uint8Array,
    signal?: AbortSignal,
  ): Promise<Response> {
    // A load takes longer than a token lives; as an app does, it asks for the next one in time.
    if (this.#token === undefined || performance.now() - this.#token.issuedAt > tokenUseMs) {
      this.#token = { text: await this.#issuer.token(this.subject), issuedAt: performance.now() };
    }
    return fetch(`${this.api.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token.text}`, ...headers },
      ...(body === undefined ? {} : { body: body as BodyInit }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** A request with a body of any type. */
  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Answer<Body>> {
    const response = await this.fetch(method, path, headers, body, signal);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
    };
  }

  async account(): Promise<AccountBody> {
    this.#account ??= answered(await this.call<AccountBody>('GET', '/v1/account'));
    return this.#account;
  }

  /** A signed statement under a fresh challenge. */
  async statement<P extends VaultPurpose>(
    purpose: P,
    body: VaultBodies[P],
    terms: StatementTerms & { readonly owner?: SigningSeed } = {},
  ) {
    const signed = signVaultStatement(terms.owner ?? this.owner, await this.#fields(purpose, terms), body);
    return signedStatementToJson(signed);
  }

  /** A statement that this device's owner key and the next one sign, under a fresh challenge. */
  async coSigned<P extends CoSignedPurpose>(
    purpose: P,
    body: VaultBodies[P],
    next: SigningSeed,
    terms: StatementTerms = {},
  ) {
    const keys = { former: this.owner, next };
    return coSignedStatementToJson(coSignVaultStatement(keys, await this.#fields(purpose, terms), body));
  }

  async #fields<P extends VaultPurpose>(purpose: P, terms: StatementTerms): Promise<VaultStatementFields<P>> {
    const { accountId, vaultId } = await this.account();
    const { challenge } = answered(await this.call<{ challenge: string }>('POST', '/v1/challenges'));
    return {
      purpose,
      vaultId: fromBase64Url(vaultId),
      account: accountId,
      generation: terms.generation ?? this.generation,
      serial: terms.serial ?? 0,
      previousSerial: terms.previousSerial ?? 0,
      challenge: fromBase64Url(challenge),
      expiresAtMs: systemClock.nowMs() + 60_000,
    };
  }

  async activateDigits() {
    const ownerPublicKey = signingPublicKey(this.owner);
    const signed = await this.statement('activate-digits', { ownerPublicKey, keyId: this.keyId, kind: 'digits' });
    return this.call<Record<string, string>>('POST', '/v1/keyslots/digits', signed);
  }

  async remove(keyslotId: string) {
    const signed = await this.statement('remove-keyslot', { keyslotId });
    const header = `${signed.statement}.${signed.signature}.${signed.body}`;
    return this.call('DELETE', `/v1/keyslots/${keyslotId}`, undefined, { 'coffer-statement': header });
  }

  /** The whole of setting a password. @returns the answer of the last step that was reached */
  async setPassword(password: string, previousSerial = 0): Promise<Answer & { readonly serial: number }> {
    const opened = await this.openRegistration(password, previousSerial);
    if (opened.answer.status !== 201) return { ...opened.answer, serial: 0 };
    const { serial } = opened.registration;
    const put = await this.putRecord(opened, password);
    if (put.status !== 200) return { ...put, serial };
    const attempt = await this.beginAttempt(password);
    const ke2 = await this.confirm(opened, attempt);
    if (ke2.status !== 201) return { ...ke2, serial };
    const finished = await this.finishAttempt(attempt, String(ke2.body['ke2']), opened.registration);
    const body = { loginId: attempt.loginId, ke3: finished?.ke3 ?? toBase64Url(randomBytes(64)) };
    const { registrationId } = opened.registration;
    return { ...(await this.call('POST', `/v1/registrations/${registrationId}/activation`, body)), serial };
  }

  async openRegistration(password: string, previousSerial = 0, idempotencyKey = newUuid()) {
    await ready;
    const { ownerGeneration } = await this.account();
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
    const { newStartId } = this;
    const isOwned = ownerGeneration > 0 || previousSerial > 0 || this.isOwner;
    const body =
      isOwned && newStartId === undefined
        ? await this.statement(
            'register-password',
            { registrationRequest: fromBase64Url(registrationRequest) },
            { previousSerial },
          )
        : { registrationRequest, ...(newStartId === undefined ? {} : { newStartId }) };
    const answer = await this.call('POST', '/v1/registrations', body, { 'idempotency-key': idempotencyKey });
    const registration = answer.body as unknown as {
      readonly registrationId: string;
      readonly serial: number;
      readonly registrationResponse: string;
      readonly ksf: Ksf;
    };
    return { answer, body, registration, clientRegistrationState, previousSerial, idempotencyKey };
  }

  /** Set once this device has claimed the account, so that it signs what it opens. */
  isOwner = false;

  async putRecord(opened: OpenedRegistration, password: string) {
    const body = { ...(await this.#record(opened, password)), ownerPublicKey: signingPublicKey(this.owner) };
    const { registrationId, serial } = opened.registration;
    const terms = { serial, previousSerial: opened.previousSerial };
    const signed = await this.statement('password-record', body, terms);
    return this.call('PUT', `/v1/registrations/${registrationId}/record`, signed);
  }

  /** The record of a password for the key that is to take the place of this one. */
  async putRotationRecord(opened: OpenedRegistration, password: string, next: SigningSeed, keyId: Uint8Array) {
    const keys = { ownerPublicKey: signingPublicKey(this.owner), newOwnerPublicKey: signingPublicKey(next), keyId };
    const { registrationId, serial } = opened.registration;
    const body = { ...(await this.#record(opened, password)), ...keys };
    const terms = { serial, previousSerial: opened.previousSerial };
    const signed = await this.coSigned('rotation-record', body, next, terms);
    return this.call('PUT', `/v1/registrations/${registrationId}/rotation-record`, signed);
  }

  async #record({ registration, clientRegistrationState }: OpenedRegistration, password: string) {
    const { registrationId, serial, ksf, registrationResponse } = registration;
    const { registrationRecord } = client.finishRegistration({
      ...{ password, registrationResponse, clientRegistrationState, keyStretching: trivial },
      identifiers: await this.#identifiers(serial, ksf),
    });
    const { keyId, sealedBackupKey } = this;
    return { registrationId, keyId, record: fromBase64Url(registrationRecord), sealedBackupKey, ksf };
  }

  /** @param owner - who signs: this device unless told */
  async confirm(opened: OpenedRegistration, attempt: Attempt, owner = this.owner) {
    const { registrationId, serial } = opened.registration;
    const confirm = await this.statement(
      'password-confirm',
      { registrationId, loginId: attempt.loginId, ke1Hash: sha256(fromBase64Url(attempt.ke1)) },
      { serial, owner },
    );
    const body = { loginId: attempt.loginId, ke1: attempt.ke1, confirm };
    return this.call('POST', `/v1/registrations/${registrationId}/confirmations`, body);
  }

  async beginAttempt(password: string): Promise<Attempt> {
    await ready;
    const { clientLoginState, startLoginRequest } = client.startLogin({ password });
    return { loginId: newUuid(), ke1: startLoginRequest, clientState: clientLoginState, password };
  }

  startLogin({ loginId, ke1 }: Pick<Attempt, 'loginId' | 'ke1'>, signal?: AbortSignal) {
    return this.call<LoginBody & ProblemDetails>('POST', '/v1/logins', { loginId, ke1 }, {}, signal);
  }

  /** What the device makes of KE2: KE3, or undefined where the password was wrong. */
  async finishAttempt(
    attempt: Attempt,
    ke2: string,
    of: { readonly serial: number; readonly ksf: Ksf },
  ): Promise<{ readonly ke3: string; readonly exportKey: string } | undefined> {
    const finished = client.finishLogin({
      clientLoginState: attempt.clientState,
      loginResponse: ke2,
      password: attempt.password,
      identifiers: await this.#identifiers(of.serial, of.ksf),
      keyStretching: trivial,
    });
    return finished === undefined ? undefined : { ke3: finished.finishLoginRequest, exportKey: finished.exportKey };
  }

  finishLogin(loginId: string, ke3: string, signal?: AbortSignal) {
    return this.call('POST', `/v1/logins/${loginId}/finish`, { ke3 }, {}, signal);
  }

  /** A whole recovery. @returns the answer to KE3, or to KE1 where there was no KE2 or no KE3 */
  async recover(password: string): Promise<Answer> {
    const attempt = await this.beginAttempt(password);
    const started = await this.startLogin(attempt);
    if (started.status !== 201) return started as unknown as Answer;
    return this.finishLogin(attempt.loginId, await this.#ke3(attempt, started.body));
  }

  /** The same, where a busy machine's anchor was late (503) the same login again: a guess that was counted is not made twice. */
  async recoverPatiently(password: string): Promise<Answer> {
    const attempt = await this.beginAttempt(password);
    const started = await untilAnswered(() => this.startLogin(attempt));
    if (started.status !== 201) return started as unknown as Answer;
    const ke3 = await this.#ke3(attempt, started.body);
    return untilAnswered(() => this.finishLogin(attempt.loginId, ke3));
  }

  /** What is sent back for KE2: where the password was wrong, bytes that are wrong too. */
  async #ke3(attempt: Attempt, started: LoginBody): Promise<string> {
    const finished = await this.finishAttempt(attempt, started.ke2, started);
    return finished?.ke3 ?? toBase64Url(randomBytes(64));
  }

  async budget(): Promise<{ readonly attemptsRemaining: number; readonly nextAttemptAt: string | null }> {
    return (await this.call<{ attemptsRemaining: number; nextAttemptAt: string | null }>('GET', '/v1/budget')).body;
  }

  async #identifiers(serial: number, ksf: Ksf) {
    const { issuer, subject, vaultId } = await this.account();
    return opaqueIdentities({ issuer, subject, serial, ksf }, vaultId);
  }
}
