import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { newUuid, systemClock, type Clock } from '@coffer/foundation';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';

const entry = z.strictObject({ payload: z.record(z.string(), z.unknown()), expiresAtMs: z.number() });
const stateFile = z.record(z.string(), entry);

type Entry = z.infer<typeof entry>;

/**
 * What the provider must remember (sessions, grants, refresh tokens, device codes), in memory and in one file, so that
 * people and devices stay signed in over a restart. Fit for the handful of accounts of a demo, not for more.
 */
export class StateStore {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #entries: Map<string, Entry>;
  #writing: Promise<void> | undefined;
  #isDirty = false;

  private constructor(path: string, clock: Clock, entries: Map<string, Entry>) {
    this.#path = path;
    this.#clock = clock;
    this.#entries = entries;
  }

  /** Reads the file of `folder`. One that is missing or damaged is an empty one: everybody signs in again. */
  static async open(folder: string, clock: Clock = systemClock): Promise<StateStore> {
    const path = join(folder, 'state.json');
    const text = await readFile(path, 'utf8').catch(() => '{}');
    const nowMs = clock.nowMs();
    const live = Object.entries(parseState(text)).filter(([, { expiresAtMs }]) => expiresAtMs > nowMs);
    return new StateStore(path, clock, new Map(live));
  }

  /** Makes the provider's adapter for one kind of thing. */
  readonly adapterOf = (kind: string): Adapter => new KindAdapter(this, kind);

  get(key: string): AdapterPayload | undefined {
    const found = this.#entries.get(key);
    return found !== undefined && found.expiresAtMs > this.#clock.nowMs() ? found.payload : undefined;
  }

  find(kind: string, isSought: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const key of this.#entries.keys()) {
      const payload = key.startsWith(`${kind}:`) ? this.get(key) : undefined;
      if (payload !== undefined && isSought(payload)) return payload;
    }
    return undefined;
  }

  set(key: string, payload: AdapterPayload, expiresInSeconds: number | undefined): void {
    const leftMs = expiresInSeconds === undefined ? Number.MAX_SAFE_INTEGER : expiresInSeconds * 1000;
    const expiresAtMs = Math.min(Number.MAX_SAFE_INTEGER, this.#clock.nowMs() + leftMs);
    this.#entries.set(key, { payload: { ...payload }, expiresAtMs });
    this.#changed();
  }

  /** Marks a one-time thing as used, now. */
  consume(key: string): void {
    const found = this.#entries.get(key);
    if (found !== undefined) found.payload['consumed'] = Math.floor(this.#clock.nowMs() / 1000);
    this.#changed();
  }

  deleteWhere(isGone: (key: string, payload: AdapterPayload) => boolean): void {
    for (const [key, { payload }] of this.#entries) if (isGone(key, payload)) this.#entries.delete(key);
    this.#changed();
  }

  /** Resolves when everything so far is in the file. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Changes while a write runs share the next one. A write that fails is told by `flush`; the next change tries again. */
  #changed(): void {
    this.#isDirty = true;
    if (this.#writing !== undefined) return;
    this.#writing = this.#writeWhileDirty().finally(() => {
      this.#writing = undefined;
    });
    this.#writing.catch(() => undefined);
  }

  async #writeWhileDirty(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      await this.#write();
    }
  }

  async #write(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const live = Array.from(this.#entries).filter(([, { expiresAtMs }]) => expiresAtMs > nowMs);
    const draft = `${this.#path}.${newUuid()}`;
    await writeFile(draft, JSON.stringify(Object.fromEntries(live)), { mode: 0o600, flag: 'wx' });
    await rename(draft, this.#path);
  }
}

class KindAdapter implements Adapter {
  readonly #store: StateStore;
  readonly #kind: string;

  constructor(store: StateStore, kind: string) {
    this.#store = store;
    this.#kind = kind;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<undefined> {
    this.#store.set(this.#key(id), payload, expiresIn);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#store.get(this.#key(id));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#store.find(this.#kind, (payload) => payload.userCode === userCode);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#store.find(this.#kind, (payload) => payload.uid === uid);
  }

  async consume(id: string): Promise<undefined> {
    this.#store.consume(this.#key(id));
  }

  async destroy(id: string): Promise<undefined> {
    this.#store.deleteWhere((key) => key === this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<undefined> {
    this.#store.deleteWhere((_, payload) => payload.grantId === grantId);
  }

  #key(id: string): string {
    return `${this.#kind}:${id}`;
  }
}

function parseState(text: string): z.infer<typeof stateFile> {
  try {
    return stateFile.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
