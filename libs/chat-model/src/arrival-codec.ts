import type { CborValue } from '@coffer/foundation';
import { deliveryStates, type Arrival, type Receipt } from './delivery';
import type { Extra, Extras } from './extras';
import { choice, integer, invalid, list, record, text, type FieldCodec, type Shape } from './field-codecs';
import { chatLimits, maximumInstantMs } from './limits';

// [Note: fields in extras] Segments are older than these fields, and readers of segments refuse fields that they do not know. So a
// segment has them where it always had them, under the same names in `extras`, and they become fields when it is read.

const instant = integer(-maximumInstantMs, maximumInstantMs);
const receipt = record<Receipt>(
  {
    id: text(chatLimits.idLength),
    receivedMs: instant,
    readMs: instant,
    playedMs: instant,
    status: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  },
  [],
);
const shape: Shape<Arrival> = {
  receivedMs: instant,
  serverReceivedMs: instant,
  delivery: choice(deliveryStates),
  receipts: list(receipt, chatLimits.receipts),
};
const codecs = Object.entries(shape) as readonly [string, FieldCodec<unknown>][];

/** Whether facts of this name have a field; `extras` of a message that has the field holds none. */
export function isArrivalField(name: string): boolean {
  return Object.hasOwn(shape, name);
}

interface WithExtras {
  readonly extras?: Extras;
}

/**
 * What a segment has in `extras` of a message: its own, where it has none of the fields. See: [Note: fields in extras]
 *
 * @throws ChatModelError `invalid-chat-data` where a field is in `extras` as well, `chat-data-too-large`
 */
export function storedExtras(message: Arrival & WithExtras): Extras | undefined {
  const { extras: own, receivedMs, serverReceivedMs, delivery, receipts } = message;
  if ((receivedMs ?? serverReceivedMs ?? delivery ?? receipts) === undefined) return own;
  const stored: Record<string, Extra> = { ...own };
  for (const [name, codec] of codecs) {
    const value = (message as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (Object.hasOwn(stored, name)) throw invalid(`message.extras.${name}`, 'absent: it is a field of the message');
    stored[name] = codec.encode(value, `message.${name}`) as Extra;
  }
  return stored;
}

/**
 * The inverse, also for JSON that was written before there were these fields: what stands in `extras` under their names becomes
 * fields. What no field can hold stays. See: [Note: fields in extras]
 */
export function liftArrival<T extends WithExtras>(message: T): T {
  const { extras: given, ...others } = message;
  // what comes of a document of another program has a type by promise only
  const facts: unknown = given;
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return message;
  const lifted: Record<string, unknown> = {};
  for (const [name, codec] of codecs) {
    if (!Object.hasOwn(facts, name) || Object.hasOwn(message, name)) continue;
    try {
      lifted[name] = codec.decode((facts as Readonly<Record<string, CborValue>>)[name]!, name);
    } catch {
      // it stays where unknown facts are
    }
  }
  const names = Object.keys(lifted);
  if (names.length === 0) return message;
  const rest = Object.entries(facts).filter(([name]) => !Object.hasOwn(lifted, name));
  return { ...others, ...lifted, ...(rest.length === 0 ? {} : { extras: Object.fromEntries(rest) }) } as unknown as T;
}
