import { randomBytes } from '@coffer/crypto';
import { sha256 } from '@coffer/crypto/node';
import { concatBytes, equalBytes, toHex, type Clock } from '@coffer/foundation';
import {
  SealerError,
  type KnownKeys,
  type Sealed,
  type SealingContext,
  type SealingEpochInfo,
  type SealingKeys,
} from '@coffer/key-vault';
import { associatedData } from '../associated-data';
import { requireEpochs, requireRoot } from '../known-keys';
import { sealerLabels } from '../labels';
import { SealingLease } from '../sealing-lease';
import { toSealerError } from './binding';
import { Token, type TokenOptions, type TokenSession } from './token';
import { tokenCiphers, tokenHmac } from './token-cipher';
import {
  destroyEpochKeys,
  findTokenKeys,
  generateEpochKey,
  generateRoot,
  type TokenEpochKey,
  type TokenKeys,
  type TokenMechanism,
} from './token-keys';

export interface Pkcs11Options extends TokenOptions {
  /** First part of the labels of this deployment's keys, so that several can share a token. */
  readonly deployment: string;
  /** How new epoch keys seal; those that exist go on as they were made. */
  readonly mechanism: TokenMechanism;
  /** What the database names; undefined only where the database is empty, and then missing keys are made. */
  readonly known: KnownKeys | undefined;
  /** How long it seals without being told which epoch seals; for ever unless given. */
  readonly leaseMs?: number;
  readonly clock: Clock;
}

const where = 'in the token';

/**
 * A sealer whose keys are objects in a PKCS#11 token (v2.40) that cannot be taken out of it: one root for macs, and one key per
 * sealing epoch.
 *
 * @throws SealerError `key-missing`, `wrong-key`, `key-exposed`; `token-refused`, `unavailable`
 */
export async function openPkcs11Sealer(options: Pkcs11Options): Promise<SealingKeys> {
  const { deployment } = options;
  const token = await Token.open(options, (opened) => findTokenKeys(opened, deployment));
  try {
    return await openKeys(token, options);
  } catch (error) {
    await token.close();
    throw toSealerError(error, 'opening the keys of the token');
  }
}

async function openKeys(token: Token<TokenKeys>, options: Pkcs11Options): Promise<Pkcs11Sealer> {
  const { known } = options;
  const look = () => token.use('looking for keys', async (opened) => token.findAgain(opened));
  let keys = await look();
  if (known === undefined && keys.roots.length === 0) {
    await token.use('making the root key', (opened) => generateRoot(opened, options.deployment));
    keys = await look();
  }
  if (keys.roots.length === 0) throw rootMissing(known);
  if (known === undefined && keys.epochs.length === 0) {
    const made = { epoch: 1, createdAtMs: options.clock.nowMs(), mechanism: options.mechanism };
    await token.use('making an epoch key', (opened) => generateEpochKey(opened, options.deployment, made));
    keys = await look();
  }
  const root = await token.use('reading the root key', (opened) => chooseRoot(opened, known));
  requireRoot(root.id, known, where);
  requireEpochs(keys.epochs, known, where);
  const sealer = new Pkcs11Sealer(token, root.id, options);
  await requireRoundTrip(sealer);
  return sealer;
}

/** Seals and opens once, for a token that chooses its own IV, or lacks a mechanism, must be found out before it seals a row. */
async function requireRoundTrip(sealer: SealingKeys): Promise<void> {
  const context: SealingContext = { account: 'vault', serial: 0, table: 'health', stateVersion: 1 };
  const probe = randomBytes(32);
  const sealed = await sealer.seal(probe, context);
  const opened = await sealer.open(sealed, context).catch((cause: unknown) => {
    if (cause instanceof SealerError && cause.code === 'does-not-open') return undefined;
    throw cause;
  });
  if (opened !== undefined && equalBytes(opened, probe)) return;
  throw new SealerError(
    'token-refused',
    'The token does not open what it has just sealed. It may choose IVs of its own, as AWS CloudHSM and Luna in FIPS mode do: set COFFER_PKCS11_MECHANISM=hmac (docs/operations/hsm.md).',
  );
}

function rootMissing(known: Pick<KnownKeys, 'rootId'> | undefined): SealerError {
  const wanted = known === undefined ? '' : ` ${toHex(known.rootId)}`;
  return new SealerError(
    'key-missing',
    `the root key${wanted} is not ${where}; without it nothing that the vault sealed can be opened. Restore the token from its backup; a new key is made only for an empty database.`,
    known === undefined ? {} : { fields: { wanted: toHex(known.rootId) } },
  );
}

interface Root {
  readonly id: Uint8Array;
  readonly handle: Buffer;
}

/** The root key that the database names, else the first: of two that were made at once the database names one. */
async function chooseRoot(
  opened: TokenSession<TokenKeys>,
  known: Pick<KnownKeys, 'rootId'> | undefined,
): Promise<Root> {
  const roots: Root[] = [];
  for (const handle of opened.handles.roots) {
    roots.push({ id: (await tokenHmac(opened, handle, sealerLabels.rootId)).slice(0, 8), handle });
  }
  const named = roots.find(({ id }) => known !== undefined && equalBytes(id, known.rootId));
  const [first] = roots;
  if (first === undefined) throw rootMissing(known);
  return named ?? first;
}

/** One key per epoch: that which the database names, else the first that was made. */
function chooseEpochs({ epochs }: TokenKeys, { known }: SealingLease): readonly TokenEpochKey[] {
  const chosen = new Map<number, TokenEpochKey>();
  for (const key of epochs) {
    const named = known?.epochs.find(({ epoch }) => epoch === key.epoch);
    const isNamed = named !== undefined && equalBytes(named.keyId, key.keyId);
    if (isNamed || !chosen.has(key.epoch)) chosen.set(key.epoch, key);
  }
  return [...chosen.values()];
}

function toInfo({ epoch, keyId, createdAtMs }: TokenEpochKey): SealingEpochInfo {
  return { epoch, keyId, createdAtMs };
}

class Pkcs11Sealer implements SealingKeys {
  readonly kind = 'pkcs11';
  readonly rootId: Uint8Array;
  readonly #token: Token<TokenKeys>;
  readonly #options: Pkcs11Options;
  readonly #lease: SealingLease;
  /** The root's handle over each way to the token. */
  readonly #roots = new WeakMap<TokenKeys, Buffer>();

  constructor(token: Token<TokenKeys>, rootId: Uint8Array, options: Pkcs11Options) {
    this.#token = token;
    this.rootId = rootId;
    this.#options = options;
    this.#lease = new SealingLease(options.known, options.leaseMs);
  }

  epochs(): readonly SealingEpochInfo[] {
    return this.#keys().map(toInfo);
  }

  sealingEpoch(): number {
    return this.#lease.sealingEpoch(this.#keys());
  }

  async seal(plaintext: Uint8Array, context: SealingContext): Promise<Sealed> {
    this.#lease.requireFresh();
    const epoch = this.sealingEpoch();
    const bytes = await this.#withKey('sealing', epoch, (opened, key) =>
      tokenCiphers[key.mechanism].seal(opened, key, plaintext, associatedData(context, epoch)),
    );
    return { epoch, bytes };
  }

  async open(sealed: Sealed, context: SealingContext): Promise<Uint8Array> {
    const { epoch, bytes } = sealed;
    try {
      return await this.#withKey('opening', epoch, (opened, key) =>
        tokenCiphers[key.mechanism].open(opened, key, bytes, associatedData(context, epoch)),
      );
    } catch (error) {
      if (!(error instanceof SealerError) || error.code !== 'does-not-open') throw error;
      throw new SealerError('does-not-open', `a sealed row of ${context.table} was moved, edited or sealed elsewhere`, {
        cause: error,
      });
    }
  }

  /** The message is hashed here, for some tokens take only short ones. */
  async mac(message: Uint8Array, context: SealingContext): Promise<Uint8Array> {
    const bound = concatBytes(sealerLabels.tokenMac, sha256(associatedData(context, 0)), sha256(message));
    return this.#use('making a mac', async (opened) => tokenHmac(opened, await this.#root(opened), bound));
  }

  async follow(known: KnownKeys, askedAtMs: number): Promise<void> {
    requireRoot(this.rootId, known, where);
    const isHere = known.epochs.every(({ epoch }) => this.#keys().some((key) => key.epoch === epoch));
    const { epochs } = isHere ? this.#token.handles : await this.#refresh();
    requireEpochs(epochs, known, where);
    this.#lease.renew(known, askedAtMs);
  }

  async createEpoch(epoch: number): Promise<SealingEpochInfo> {
    const { deployment, mechanism, clock } = this.#options;
    const find = async () => chooseEpochs(await this.#refresh(), this.#lease).find((key) => key.epoch === epoch);
    const found = await find();
    if (found !== undefined) return toInfo(found);
    const wanted = { epoch, createdAtMs: clock.nowMs(), mechanism };
    await this.#use('making an epoch key', (opened) => generateEpochKey(opened, deployment, wanted));
    const made = await find();
    if (made === undefined) throw new SealerError('key-missing', `the key of epoch ${epoch} was removed at once`);
    return toInfo(made);
  }

  async destroyEpoch(epoch: number): Promise<void> {
    await this.#use('destroying an epoch key', async (opened) =>
      destroyEpochKeys(opened, this.#options.deployment, epoch),
    );
    await this.#refresh();
  }

  async problem(): Promise<string | undefined> {
    try {
      await this.mac(new Uint8Array(0), { account: 'vault', serial: 0, table: 'health', stateVersion: 0 });
      return undefined;
    } catch (error) {
      return error instanceof SealerError ? error.message : 'the token fails for a reason that is not known';
    }
  }

  async close(): Promise<void> {
    await this.#token.close();
  }

  #withKey<T>(
    doing: string,
    epoch: number,
    work: (opened: TokenSession<TokenKeys>, key: TokenEpochKey) => Promise<T>,
  ): Promise<T> {
    return this.#use(doing, async (opened) => {
      const inHandles = (keys: TokenKeys): TokenEpochKey | undefined =>
        chooseEpochs(keys, this.#lease).find((candidate) => candidate.epoch === epoch);
      // another process may have made the key a moment ago
      const key = inHandles(opened.handles) ?? inHandles(this.#token.findAgain(opened));
      if (key === undefined) throw new SealerError('unknown-epoch', `there is no sealing key of epoch ${epoch}`);
      return work(opened, key);
    });
  }

  async #use<T>(doing: string, work: (opened: TokenSession<TokenKeys>) => Promise<T>): Promise<T> {
    try {
      return await this.#token.use(doing, work);
    } catch (error) {
      throw toSealerError(error, doing);
    }
  }

  #keys(): readonly TokenEpochKey[] {
    return chooseEpochs(this.#token.handles, this.#lease).filter(({ epoch }) => !this.#lease.isEnded(epoch));
  }

  #refresh(): Promise<TokenKeys> {
    return this.#use('looking for keys', async (opened) => this.#token.findAgain(opened));
  }

  async #root(opened: TokenSession<TokenKeys>): Promise<Buffer> {
    const found = this.#roots.get(opened.handles);
    if (found !== undefined) return found;
    const { id, handle } = await chooseRoot(opened, this);
    requireRoot(id, this, where);
    this.#roots.set(opened.handles, handle);
    return handle;
  }
}
