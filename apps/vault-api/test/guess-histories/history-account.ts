import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import { newUuid, toBase64Url } from '@coffer/foundation';
import { expect } from 'vitest';
import { NotAnswered, type Answer, type Attempt, type LoginBody, type TestDevice } from '../test-device';
import type { VaultBench } from '../vault-bench';
import type { BatteredVault } from './battered-vault';
import { GuessWitness } from './guess-witness';
import type { HistoryAct, PlannedGuess } from './history-act';

interface BegunLogin {
  readonly attempt: Attempt;
  /** The answer to KE1, where one came. */
  started?: LoginBody;
  /** Begun before a dump was put back: the repair ended it, and the same bytes would be a new guess. */
  isOld?: boolean;
}

/** A password that may be right: whether its activation took place is not always known. */
interface SetPassword {
  readonly serial: number;
  readonly password: string;
}

/** Everything else is a fault: what these codes say may happen to any guess of an honest device. */
const refusalsOfKe1 = ['no-attempts-left', 'login-expired', 'login-conflict'];
const refusalsOfKe3 = ['wrong-guess', 'superseded', 'login-expired', 'not-found'];
/** "Not now"; and what Node says by itself where this process was so busy that the head of its request came too late. */
const notTaken = [503, 408];

/** One account and the device that walks its history. Every request goes to whichever process is next in turn. */
export class HistoryAccount {
  readonly device: TestDevice;
  readonly witness: GuessWitness;
  readonly #bench: VaultBench;
  /** How often a device sends the same bytes again before it gives up. */
  readonly #patience: () => number;
  readonly #script: readonly (readonly HistoryAct[])[];
  /** The likeliest first. */
  readonly #passwords: SetPassword[] = [];
  readonly #begun: BegunLogin[] = [];

  constructor(vault: BatteredVault, script: readonly (readonly HistoryAct[])[]) {
    this.device = vault.device();
    this.witness = new GuessWitness(vault.anchor);
    this.#bench = vault.bench;
    this.#patience = vault.patience;
    this.#script = script;
  }

  /** First claim: an account of a password that is known to be right. */
  async claim(): Promise<void> {
    await this.#register('activated');
    expect(this.#passwords, 'the first password was set').toHaveLength(1);
    this.device.isOwner = true;
  }

  /** What the script says for one round. */
  async walk(round: number): Promise<void> {
    for (const act of this.#script[round]!) await this.#do(act);
  }

  /** The database was put back to a dump and repaired. */
  endLogins(): void {
    for (const login of this.#begun) login.isOld = true;
    this.witness.forgetLeaves();
  }

  /** A recovery with the password of the record of `serial`, contested by another KE1 under its id. @returns the answer's status; 0 where there was none */
  async recovers(serial: number): Promise<number> {
    const set = this.#passwords.find((each) => each.serial === serial);
    expect(set, 'a record that this device has not set').toBeDefined();
    const login = await this.#start(await this.device.beginAttempt(set!.password), null, true);
    if (login?.started === undefined) return 0;
    await this.#contest(login);
    return (await this.#finish(login, false, null, true))?.status ?? 0;
  }

  #do(act: HistoryAct): Promise<unknown> {
    switch (act.kind) {
      case 'guess':
        return Promise.all(act.guesses.map((guess) => this.#guess(guess)));
      case 'repeat':
        return this.#repeat(act.which, act.how);
      case 'finish-late': {
        const login = this.#earlier(act.which);
        return login?.started === undefined ? Promise.resolve() : this.#finish(login, act.isForged, null, true);
      }
      case 'register':
        return this.#register(act.until);
      case 'expire':
        return this.#expire();
    }
  }

  async #guess(guess: PlannedGuess): Promise<void> {
    const attempt = await this.device.beginAttempt(guess.isRight ? this.#passwords[0]!.password : `wrong ${newUuid()}`);
    const login = await this.#start(attempt, guess.hangUpMs, guess.isPatient);
    if (login?.started === undefined || guess.then === 'silence') return;
    await this.#finish(login, guess.then === 'forge', guess.hangUpAfterKe3Ms, guess.asksAgain);
  }

  async #start(attempt: Attempt, hangUpMs: number | null, isPatient: boolean): Promise<BegunLogin | undefined> {
    const login: BegunLogin = { attempt };
    this.#begun.push(login);
    this.witness.asking(attempt.loginId);
    const started = await this.#taken(attempt, hangUpMs, isPatient);
    if (started === undefined) return undefined;
    this.witness.answered(attempt.loginId, started.ke2);
    login.started = started;
    return login;
  }

  async #finish(
    { attempt, started }: BegunLogin,
    isForged: boolean,
    hangUpMs: number | null,
    asksAgain: boolean,
  ): Promise<Answer | undefined> {
    const own = isForged ? undefined : await this.device.finishAttempt(attempt, started!.ke2, started!);
    const isOfRecord = own !== undefined;
    // A password that opened nothing was replaced, or its activation never took place.
    if (!isForged && !isOfRecord && attempt.password === this.#passwords[0]!.password) {
      this.#passwords.push(this.#passwords.shift()!);
    }
    const ke3 = own?.ke3 ?? toBase64Url(randomBytes(64));
    if (isOfRecord) this.witness.proving(attempt.loginId);
    const send = (signal?: AbortSignal) => this.device.finishLogin(attempt.loginId, ke3, signal);
    const answer = await this.#ask(send, hangUpMs, asksAgain);
    if (answer === undefined) return undefined;
    if (answer.status !== 200) expect(refusalsOfKe3, told(answer)).toContain(answer.body['code']);
    else expect(isOfRecord, 'a KE3 that was not right was taken').toBe(true);
    if (isOfRecord) this.witness.told(attempt.loginId, answer.status === 200);
    return answer;
  }

  async #repeat(which: number, how: 'same' | 'new-id' | 'other-ke1'): Promise<void> {
    const earlier = this.#earlier(which);
    if (earlier === undefined || earlier.isOld === true) return;
    const { attempt } = earlier;
    if (how === 'new-id') {
      await this.#start({ ...attempt, loginId: newUuid() }, null, true);
      return;
    }
    if (how === 'same') {
      const started = await this.#taken(attempt, null, true);
      if (started === undefined) return;
      this.witness.answered(attempt.loginId, started.ke2);
      earlier.started ??= started;
      return;
    }
    await this.#contest(earlier);
  }

  /** One login id, two first messages: whichever the vault heard first, the other is refused, whatever crashed between them. */
  async #contest(earlier: BegunLogin): Promise<void> {
    const { loginId } = earlier.attempt;
    const { ke1 } = await this.device.beginAttempt('another');
    const taken = await this.#taken({ loginId, ke1 }, null, true);
    if (taken === undefined) return;
    expect(earlier.started, 'another KE1 was taken under one login id').toBeUndefined();
    this.witness.answered(loginId, taken.ke2);
    this.#begun.splice(this.#begun.indexOf(earlier), 1);
    expect(await this.#taken(earlier.attempt, null, true), 'two KE1s were taken under one login id').toBeUndefined();
  }

  /** The answer to a first message, where it is not refused. */
  async #taken(
    attempt: Pick<Attempt, 'loginId' | 'ke1'>,
    hangUpMs: number | null,
    isPatient: boolean,
  ): Promise<LoginBody | undefined> {
    const answer = await this.#ask((signal) => this.device.startLogin(attempt, signal), hangUpMs, isPatient);
    if (answer === undefined || answer.status === 201) return answer?.body;
    expect(refusalsOfKe1, told(answer)).toContain(answer.body.code);
    return undefined;
  }

  /** The device vanishes after the answer that `until` names, or where it gets none: Davies et al. drop them on purpose. */
  async #register(until: 'opened' | 'recorded' | 'confirmed' | 'activated'): Promise<void> {
    const password = `right ${newUuid()}`;
    const { device } = this;
    const serial = device.isOwner ? await this.#serial() : 0;
    if (serial === undefined) return;
    const opened = await this.#try(
      () => device.openRegistration(password, serial),
      ({ answer }) => answer,
    );
    if (opened?.answer.status !== 201 || until === 'opened') return;
    const put = await this.#try(() => device.putRecord(opened, password));
    if (put?.status !== 200 || until === 'recorded') return;
    const attempt = await device.beginAttempt(password);
    const ke2 = await this.#try(() => device.confirm(opened, attempt));
    if (ke2?.status !== 201 || until === 'confirmed') return;
    const { registration } = opened;
    const finished = await device.finishAttempt(attempt, String(ke2.body['ke2']), registration);
    const body = { loginId: attempt.loginId, ke3: finished!.ke3 };
    const { serial: set } = registration;
    this.witness.proving(set);
    this.#passwords.unshift({ serial: set, password });
    const path = `/v1/registrations/${registration.registrationId}/activation`;
    const activated = await this.#try(() => device.call('POST', path, body));
    if (activated === undefined) return;
    this.witness.told(set, activated.status === 201);
    // What was refused is not right, unless an earlier dump still has to say so.
    if (activated.status !== 201) this.#passwords.push(this.#passwords.shift()!);
  }

  /** Of the active record, as the owner's list of keyslots says; 0 where there is none. */
  async #serial(): Promise<number | undefined> {
    type Listed = { readonly keyslots: readonly { readonly kind: string; readonly serial: number }[] };
    const answer = await this.#try(() => this.device.call<Listed>('GET', '/v1/keyslots'));
    if (answer?.status !== 200) return undefined;
    return answer.body.keyslots.find(({ kind }) => kind === 'password')?.serial ?? 0;
  }

  async #expire(): Promise<void> {
    const accountId = [(await this.device.account()).accountId];
    const now = 'clock_timestamp() WHERE account_id = $1::uuid';
    // The database may be away; then no time passes.
    await this.#bench
      .sql(`UPDATE logins SET expires_at = ${now} AND expires_at > clock_timestamp()`, accountId)
      .then(() => this.#bench.sql(`UPDATE due_shreds SET due_at = ${now}`, accountId))
      .catch(() => undefined);
  }

  #earlier(which: number): BegunLogin | undefined {
    return this.#begun.length === 0 ? undefined : this.#begun[which % this.#begun.length];
  }

  /** The first answer that is none of "not now", with the same bytes each time; undefined where the device gave up. */
  async #ask<Body extends object>(
    send: (signal?: AbortSignal) => Promise<Answer<Body>>,
    hangUpMs: number | null,
    isPatient: boolean,
  ): Promise<Answer<Body> | undefined> {
    for (let tries = 0; tries <= (isPatient ? this.#patience() : 0); tries++) {
      const signal = hangUpMs === null || tries > 0 ? undefined : AbortSignal.timeout(hangUpMs);
      const answer = await send(signal).catch(requireBroken);
      if (answer !== undefined && !notTaken.includes(answer.status)) return answer;
      await pause(pauseMs(tries));
    }
    return undefined;
  }

  /** As `#ask`, of a step of a registration: what it is refused for is up to the vault, but never a fault of the server. */
  async #try<Result>(
    act: () => Promise<Result>,
    answerOf: (result: Result) => Answer = (result) => result as Answer,
  ): Promise<Result | undefined> {
    for (let tries = 0; tries <= this.#patience(); tries++) {
      const result = await act().catch(requireBroken);
      const status = result === undefined ? 503 : answerOf(result).status;
      expect([500, 502, 504]).not.toContain(status);
      if (!notTaken.includes(status)) return result;
      await pause(pauseMs(tries));
    }
    return undefined;
  }
}

/** Who asks a vault that is away asks more and more seldom. */
function pauseMs(tries: number): number {
  return Math.min(500, 50 * 2 ** tries);
}

/** For the message of a failure. */
function told({ status, text }: Answer<object>): string {
  return `${status} ${text}`;
}

/** A connection that broke or was hung up on is part of the history; anything else is a fault of the test. */
function requireBroken(error: unknown): undefined {
  const isHungUp = error instanceof DOMException && error.name === 'TimeoutError';
  if (!isHungUp && !(error instanceof TypeError) && !(error instanceof NotAnswered)) throw error;
  return undefined;
}
