import type { CborValue } from '@coffer/foundation';
import type { Extra, Extras } from './extras';
import { invalid, requireMap, tooLarge, type FieldCodec } from './field-codecs';
import { chatLimits } from './limits';
import type { SegmentWriter } from './segment-writer';

const namePattern = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

/** What is left of the limits of one `extras`. */
interface Budget {
  values: number;
  textLength: number;
}

/** `Extras`, bounded in depth, in number of values and in length of text; never empty. */
export const extras: FieldCodec<Extras> = {
  encode: (value, field) => mapOf(requireMap(value, field), field, 0, newBudget()),
  decode: (value, field) => mapOf(requireMap(value, field), field, 0, newBudget()),
};

const newBudget = (): Budget => ({ values: chatLimits.extrasValues, textLength: chatLimits.textLength });

function mapOf(map: object, field: string, depth: number, budget: Budget): Extras {
  const result: Record<string, Extra> = {};
  for (const [name, value] of Object.entries(map) as [string, unknown][]) {
    // a name such as __proto__ is none
    if (!namePattern.test(name)) throw invalid(`${field}.…`, 'named by letters, digits, -, _ and .');
    result[name] = valueOf(value, `${field}.${name}`, depth + 1, budget);
  }
  if (depth === 0 && Object.keys(result).length === 0) throw invalid(field, 'absent where there is nothing in it');
  return result;
}

function valueOf(value: unknown, field: string, depth: number, budget: Budget): Extra {
  if (depth > chatLimits.extrasDepth) throw tooLarge(field, chatLimits.extrasDepth);
  if (--budget.values < 0) throw tooLarge(field, chatLimits.extrasValues);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string') {
    budget.textLength -= value.length;
    if (budget.textLength < 0) throw tooLarge(field, chatLimits.textLength);
    return value.toWellFormed();
  }
  if (Array.isArray(value)) return value.map((item) => valueOf(item, field, depth + 1, budget));
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return mapOf(value, field, depth, budget);
  }
  throw invalid(field, 'text, a whole number, true, false, a list or a map');
}

/** Names that were seen to match the pattern; sources have a few dozen. */
const knownNames = new Set<string>();
const mostKnownNames = 1000;

function isName(name: string): boolean {
  if (knownNames.has(name)) return true;
  if (!namePattern.test(name)) return false;
  if (knownNames.size < mostKnownNames) knownNames.add(name);
  return true;
}

const mostFlatValues = 16;

/**
 * Writes `extras` that are a few texts, whole numbers and flags under good names, as most are, without a copy of them on the way: as
 * the codec and the writer would, byte for byte.
 *
 * @returns false, with nothing written, where they are anything else
 */
export function writeFlatExtras(writer: SegmentWriter, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const map = value as Readonly<Record<string, CborValue>>;
  const names = Object.keys(map);
  if (names.length === 0 || names.length > mostFlatValues) return false;
  let textLength = 0;
  for (const name of names) {
    const item = map[name];
    if (!isName(name)) return false;
    if (typeof item === 'string') textLength += item.length;
    else if (typeof item !== 'boolean' && !Number.isSafeInteger(item)) return false;
  }
  if (textLength > chatLimits.textLength) return false;
  if (names.length > 1) names.sort(byKey);
  writer.openMap(names.length);
  for (const name of names) writer.text(name).value(map[name]!);
  return true;
}

/** The order of keys of ASCII in deterministic CBOR. */
const byKey = (left: string, right: string): number => left.length - right.length || (left < right ? -1 : 1);

/** How long the JSON of them is, in UTF-16 units. */
export function jsonLengthOf(value: Extras): number {
  let length = 1;
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (!isName(name)) return JSON.stringify(value).length;
    // quotation marks, a colon, and a comma or the last bracket
    length += name.length + 4;
    if (typeof item === 'string') length += JSON.stringify(item).length;
    else if (typeof item === 'number' && item >= 0 && Number.isSafeInteger(item)) length += digitsOf(item);
    else return JSON.stringify(value).length;
  }
  return length === 1 ? 2 : length;
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let next = 10; value >= next; next *= 10) digits++;
  return digits;
}
