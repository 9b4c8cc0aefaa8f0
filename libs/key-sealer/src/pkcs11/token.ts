import type { PKCS11 } from 'pkcs11js';
import { SealerError } from '@coffer/key-vault';
import { faultName, isLostWay, loadBinding, toSealerError, type Binding } from './binding';
import { acquireModule, type LoadedModule } from './module';

/** Which token, and how its user logs in. */
export interface TokenOptions {
  /** Path of the vendor's PKCS#11 library. */
  readonly module: string;
  /** The token by its label, or by the id of its slot. */
  readonly token: { readonly label: string } | { readonly slot: number };
  /** Gives the user PIN whenever the process logs in; it is not kept. */
  readonly pin: () => Promise<string>;
  /** Sessions that this process keeps open: so many operations run at a time. */
  readonly sessions: number;
}

/** What one operation works with. `session` is its own until it ends. */
export interface TokenSession<Handles> {
  readonly binding: Binding;
  readonly pkcs11: PKCS11;
  readonly session: Buffer;
  readonly slot: Buffer;
  /** What was found when this way to the token was opened. Handles of another way are void. */
  readonly handles: Handles;
}

/** A way to the token: one login, its sessions, and the handles that are valid over it. */
interface Way<Handles> {
  readonly slot: Buffer;
  /** Every session of the way, and those that no operation uses. */
  readonly sessions: readonly Buffer[];
  readonly free: Buffer[];
  /** Operations that wait for a session; they get undefined where the way is lost. */
  readonly waiting: ((session: Buffer | undefined) => void)[];
  handles: Handles;
}

/** After a way could not be opened, so long nobody tries again: an absent token must not cost every request a search. */
const quietMs = 1_000;

/**
 * One PKCS#11 token, logged in. Operations run in libuv's thread pool, each on a session of its own, so that a slow HSM never
 * holds up the event loop. Where the way to the token breaks it is opened anew, once per operation.
 *
 * @typeParam Handles - found by `find` each time a way is opened
 */
export class Token<Handles> {
  readonly #options: TokenOptions;
  readonly #binding: Binding;
  readonly #module: LoadedModule;
  readonly #find: (session: Omit<TokenSession<unknown>, 'handles'>) => Handles;
  #way: Way<Handles> | undefined;
  #handles: Handles | undefined;
  #opening: Promise<Way<Handles>> | undefined;
  #busy = 0;
  #untilIdle: (() => void)[] = [];
  #refusal: SealerError | undefined;
  #quiet: { readonly untilMs: number; readonly error: SealerError } | undefined;
  #isClosed = false;

  private constructor(
    options: TokenOptions,
    binding: Binding,
    module: LoadedModule,
    find: (session: Omit<TokenSession<unknown>, 'handles'>) => Handles,
  ) {
    this.#options = options;
    this.#binding = binding;
    this.#module = module;
    this.#find = find;
  }

  /**
   * Loads the vendor's library and logs in.
   *
   * @param find - looks for handles; called over each new way
   * @throws SealerError `token-refused` (no package, library or token, wrong PIN), `unavailable`
   */
  static async open<Handles>(
    options: TokenOptions,
    find: (session: Omit<TokenSession<unknown>, 'handles'>) => Handles,
  ): Promise<Token<Handles>> {
    const binding = await loadBinding();
    const token = new Token(options, binding, acquireModule(binding, options.module), find);
    try {
      await token.#openWay();
    } catch (error) {
      await token.close();
      throw error;
    }
    return token;
  }

  /**
   * Runs one operation on a session of its own.
   *
   * @param doing - what is done, for the message of an error
   * @throws SealerError `unavailable`, `token-refused`; whatever else `work` throws, other faults of the token included
   */
  async use<T>(doing: string, work: (session: TokenSession<Handles>) => Promise<T>): Promise<T> {
    try {
      return await this.#once(work);
    } catch (error) {
      if (!isLostWay(error)) throw error;
    }
    try {
      return await this.#once(work);
    } catch (error) {
      throw isLostWay(error) ? toSealerError(error, doing) : error;
    }
  }

  /** What was found last, for what it tells beside the handles, which may be void by now. */
  get handles(): Handles {
    if (this.#handles === undefined) throw new SealerError('unavailable', 'the token was never reached');
    return this.#handles;
  }

  /** Looks for handles anew, over the session of an operation: other processes make and destroy keys, too. */
  findAgain(opened: TokenSession<Handles>): Handles {
    const handles = this.#find(opened);
    this.#handles = handles;
    if (this.#way !== undefined) this.#way.handles = handles;
    return handles;
  }

  /** Waits for what runs, closes all sessions and lets the library go. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const way = this.#way;
    if (way !== undefined) this.#lose(way);
    await this.#idle();
    if (way !== undefined) this.#closeSessions(way.sessions);
    this.#module.release();
  }

  async #once<T>(work: (session: TokenSession<Handles>) => Promise<T>): Promise<T> {
    const { way, session } = await this.#session();
    this.#busy++;
    try {
      return await work({ ...this.#shared(way.slot, session), handles: way.handles });
    } catch (error) {
      if (isLostWay(error)) this.#lose(way);
      throw error;
    } finally {
      this.#busy--;
      const next = way.waiting.shift();
      if (next === undefined) way.free.push(session);
      else next(session);
      if (this.#busy === 0) for (const resolve of this.#untilIdle.splice(0)) resolve();
    }
  }

  /** A free session of the way that is open. */
  async #session(): Promise<{ readonly way: Way<Handles>; readonly session: Buffer }> {
    for (;;) {
      const way = await this.#openWay();
      const session = way.free.pop() ?? (await new Promise<Buffer | undefined>((resolve) => way.waiting.push(resolve)));
      if (session !== undefined) return { way, session };
    }
  }

  #lose(way: Way<Handles>): void {
    if (this.#way === way) this.#way = undefined;
    for (const wake of way.waiting.splice(0)) wake(undefined);
  }

  #shared(slot: Buffer, session: Buffer): Omit<TokenSession<unknown>, 'handles'> {
    return { binding: this.#binding, pkcs11: this.#module.pkcs11, slot, session };
  }

  async #idle(): Promise<void> {
    while (this.#busy > 0) await new Promise<void>((resolve) => this.#untilIdle.push(resolve));
  }

  /** The way that is open, or a new one; of many callers one opens it. */
  async #openWay(): Promise<Way<Handles>> {
    if (this.#isClosed) throw new SealerError('unavailable', 'the token was closed');
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#way !== undefined) return this.#way;
    if (this.#quiet !== undefined && performance.now() < this.#quiet.untilMs) throw this.#quiet.error;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(): Promise<Way<Handles>> {
    const sessions: Buffer[] = [];
    try {
      // what still runs over a lost way ends first: the library must not begin anew under it
      await this.#idle();
      // a token that was taken out and put back is seen by some libraries only when they begin anew
      if (this.#handles !== undefined) this.#module.finalizeIfAlone();
      this.#module.initialize();
      const slot = this.#findSlot();
      await this.#login(slot, sessions);
      const handles = this.#find(this.#shared(slot, sessions[0]!));
      this.#quiet = undefined;
      this.#handles = handles;
      this.#way = { slot, sessions, free: [...sessions], waiting: [], handles };
      return this.#way;
    } catch (error) {
      const sealerError = toSealerError(error, 'connecting to the token');
      // a PIN that is wrong once is wrong again, and after a few times the token locks itself
      if (sealerError.code === 'token-refused') this.#refusal = sealerError;
      this.#closeSessions(sessions);
      this.#module.finalizeIfAlone();
      this.#quiet = { untilMs: performance.now() + quietMs, error: sealerError };
      throw sealerError;
    }
  }

  async #login(slot: Buffer, sessions: Buffer[]): Promise<void> {
    const { CKF_RW_SESSION, CKF_SERIAL_SESSION, CKU_USER } = this.#binding;
    const { pkcs11 } = this.#module;
    for (let opened = 0; opened < this.#options.sessions; opened++) {
      sessions.push(pkcs11.C_OpenSession(slot, CKF_RW_SESSION | CKF_SERIAL_SESSION));
    }
    try {
      pkcs11.C_Login(sessions[0]!, CKU_USER, await this.#options.pin());
    } catch (error) {
      // one login serves every session of the process
      if (faultName(error) !== 'CKR_USER_ALREADY_LOGGED_IN') throw error;
    }
  }

  #findSlot(): Buffer {
    const { pkcs11 } = this.#module;
    const { token } = this.#options;
    const slots = pkcs11.C_GetSlotList(true);
    const found = slots.find((slot) =>
      'slot' in token ? slotNumber(slot) === BigInt(token.slot) : labelIn(pkcs11, slot) === token.label,
    );
    if (found !== undefined) return found;
    const wanted = 'slot' in token ? `in slot ${token.slot}` : `labelled "${token.label}"`;
    throw new SealerError(
      'unavailable',
      `There is no token ${wanted}; the library sees ${slots.length}. Plug it in, or correct COFFER_PKCS11_TOKEN or COFFER_PKCS11_SLOT.`,
    );
  }

  #closeSessions(sessions: readonly Buffer[]): void {
    for (const session of sessions) {
      try {
        this.#module.pkcs11.C_CloseSession(session);
      } catch (error) {
        // sessions of a token that is gone are gone with it
        if (faultName(error) === undefined) throw error;
      }
    }
  }
}

/** The label of the token in a slot; undefined where it was just taken out. */
function labelIn(pkcs11: PKCS11, slot: Buffer): string | undefined {
  try {
    return pkcs11.C_GetTokenInfo(slot).label.trimEnd();
  } catch (error) {
    if (faultName(error) === undefined) throw error;
    return undefined;
  }
}

/** A slot id is an unsigned long in the byte order of the machine. */
function slotNumber(slot: Buffer): bigint {
  return slot.length === 8 ? slot.readBigUInt64LE() : BigInt(slot.readUInt32LE());
}
