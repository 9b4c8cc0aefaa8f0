import { sha256 } from '@coffer/crypto';
import { systemClock, toHex, utf8, type Clock } from '@coffer/foundation';

import { ObjectStoreError } from '../../errors';
import { deleted, scaffoldFolder } from './scaffold';
import { isDone, type WebDavClient } from './webdav-client';
import { davError } from './webdav-error';

/** A claim of this age belongs to a writer that is gone, in milliseconds, by the server's clock: it is held for one MOVE. */
const staleMs = 60_000;
/** Whoever waits outlasts a claim whose writer is gone, its own of a lost answer among them. */
const patienceMs = 2 * staleMs;
const firstLookMs = 50;
const longestLookMs = 2000;

/** What a writer holds while it puts an object under its key. */
export interface Claim {
  /** Throws where so much time has passed that another writer may soon take over. @throws ObjectStoreError `unreachable` */
  requireFresh(): void;
  /** Gives it back: never where it is not known whether the object was put. */
  release(): Promise<void>;
}

/** How a writer tells time and waits. */
export interface ClaimTimer {
  readonly clock?: Clock;
  readonly pauseMs?: (milliseconds: number) => Promise<void>;
}

/**
 * Keeps writers of one key apart. RFC 4918 has one operation that servers carry out as one step of their file system: MKCOL, which
 * fails where there is something already. (They look at If-None-Match and Overwrite first and write then, as different steps.) So
 * whoever makes the folder of the claim is the one who may write.
 *
 * A claim whose writer is gone is not removed, which two waiting ones could do to each other's: the next number is claimed. It counts
 * only as long as the one before is there and stale; where that was given back meanwhile, others begin with 0 again, and so must this
 * one.
 *
 * @throws ObjectStoreError `already-exists` where another writer was first, `unreachable` where one does not come to an end
 */
export async function claimKey(client: WebDavClient, key: string, timer: ClaimTimer = {}): Promise<Claim> {
  const clock = timer.clock ?? systemClock;
  const base = `${scaffoldFolder}claim-${toHex(sha256(utf8(key)))}`;
  const began = clock.nowMs();
  let waitMs = firstLookMs;
  for (let number = 0; ;) {
    const madeAtMs = clock.nowMs();
    const path = `${base}.${number}/`;
    const { status } = await client.status({ method: 'MKCOL', path });
    if (isDone(status)) {
      const isNext = number === 0 || ((await ageOf(client, `${base}.${number - 1}/`)) ?? 0) >= staleMs;
      if (isNext) return claimOf(client, base, number, madeAtMs, clock);
      await deleted(client, path);
      number = 0;
      continue;
    }
    if (status !== 405) throw davError(status);
    if ((await client.find(key)) !== undefined) throw davError(412);
    const age = await ageOf(client, path);
    if (age === undefined) continue;
    if (age >= staleMs) {
      number += 1;
      continue;
    }
    if (clock.nowMs() - began > patienceMs) throw taken();
    await (timer.pauseMs ?? pause)(waitMs);
    waitMs = Math.min(2 * waitMs, longestLookMs);
  }
}

function claimOf(client: WebDavClient, base: string, number: number, madeAtMs: number, clock: Clock): Claim {
  const isFresh = (): boolean => clock.nowMs() - madeAtMs <= staleMs / 2;
  return {
    requireFresh: () => {
      if (!isFresh()) throw taken();
    },
    release: async () => {
      // One that another writer may have taken over is that one's to give back. What cannot be given back now goes stale.
      for (let each = 0; each <= number && isFresh(); each++) {
        await deleted(client, `${base}.${each}/`).catch(() => undefined);
      }
    },
  };
}

/** By the server's clock alone: that of this device may be off. */
async function ageOf(client: WebDavClient, path: string): Promise<number | undefined> {
  const found = await client.find(path);
  if (found === undefined) return undefined;
  const { headers } = await client.status({ method: 'OPTIONS', path: '' });
  const nowMs = Date.parse(headers.get('date') ?? '');
  return found.modifiedMs === undefined || Number.isNaN(nowMs) ? 0 : nowMs - found.modifiedMs;
}

function taken(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'another device is storing an object under this key; try again');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
