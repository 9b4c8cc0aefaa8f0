import { maximumInstantMs } from '@coffer/chat-model';
import type { TelegramFields } from './telegram-fields';

/** Turns a local time into an instant, where the zone is known. */
export type ToInstant = (localTime: string) => number;

export interface TelegramTime {
  readonly timeMs: number | null;
  readonly localTime?: string;
}

const localForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/**
 * Takes an instant. Exports since 2021 have it beside a local time, which then says only in which zone the export was made; older ones
 * have the local time alone.
 *
 * @param name - `date` or `edited`; the instant stands under the same name with `_unixtime`
 */
export function takeTime(fields: TelegramFields, name: string, toInstant: ToInstant | undefined): TelegramTime {
  const local = fields.peek(name);
  const localTime = typeof local === 'string' && localForm.test(local) ? local : undefined;
  if (localTime !== undefined) fields.take(name);
  const instantMs = unixMs(fields.peek(`${name}_unixtime`));
  if (instantMs !== undefined) {
    fields.take(`${name}_unixtime`);
    return { timeMs: instantMs };
  }
  if (localTime === undefined) return { timeMs: null };
  return { timeMs: localInstant(localTime, toInstant) ?? null, localTime };
}

/** The instant of a local time, where the zone is known and the time is one. */
export function localInstant(localTime: unknown, toInstant: ToInstant | undefined): number | undefined {
  if (toInstant === undefined || typeof localTime !== 'string' || !localForm.test(localTime)) return undefined;
  const instantMs = toInstant(localTime);
  return Number.isSafeInteger(instantMs) && Math.abs(instantMs) <= maximumInstantMs ? instantMs : undefined;
}

function unixMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds)) return undefined;
  const milliseconds = seconds * 1000;
  return Math.abs(milliseconds) <= maximumInstantMs ? milliseconds : undefined;
}
