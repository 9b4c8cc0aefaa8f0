import { uuidText } from '../../src/protobuf/decode';
import type { ProtobufInput } from '@coffer/test-kit/node';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/**
 * Protocol Buffers as people write them in JSON: with comments, and a comma behind the last part. Numbers are whole and below 2^53,
 * or text.
 */
export function parseProtobufJson(text: string): JsonValue {
  const bare = text
    .replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*/g, (_all, quoted?: string) => quoted ?? '')
    .replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])/g, (_all, quoted?: string) => quoted ?? '');
  return JSON.parse(bare) as JsonValue;
}

/** How a value of a field stands in JSON, and so on the wire; a list of words is an enumeration, from 0 on. */
type FieldForm = 'number' | 'flag' | 'text' | 'bytes' | 'uuid' | 'reference' | readonly string[] | JsonTable;

/** A field that is one of several is written at zero too. */
type TableField = readonly [number: number, form: FieldForm, presence?: 'one-of'];

/** A type of messages: its fields by their names in JSON. */
export interface JsonTable {
  readonly [name: string]: TableField;
}

/** Only that a thing is there is said. */
export const empty: JsonTable = {};

const isWords = (form: FieldForm): form is readonly string[] => Array.isArray(form);
const isTable = (form: FieldForm): form is JsonTable => typeof form === 'object' && !isWords(form);

/**
 * A message as fields for the wire. Zeros, empty texts and what is false are not written, as implicit presence has it.
 *
 * @throws RangeError where a name or a word is none of the table: nothing of a fixture is passed over
 */
export function fieldsOfJson(json: JsonObject, table: JsonTable): ProtobufInput {
  return Object.entries(json).flatMap(([name, value]) => {
    const [number, form, presence] = fieldOf(table, name);
    const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    const isSaid = (wire: WireValue): boolean => presence === 'one-of' || (wire !== 0 && wire !== '');
    return values
      .map((each) => wireValue(each, form))
      .filter(isSaid)
      .map((wire) => [number, wire] as const);
  });
}

type WireValue = ProtobufInput[number][1];

/** What stands in JSON where no message and no list does. */
export const scalarText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

function fieldOf(table: JsonTable, name: string): TableField {
  const field = table[name];
  if (field === undefined) throw new RangeError(`no field ${name}`);
  return field;
}

function wireValue(value: JsonValue, form: FieldForm): WireValue {
  if (isTable(form)) return fieldsOfJson(value as JsonObject, form);
  if (isWords(form)) {
    const word = form.indexOf(value as string);
    if (word === -1) throw new RangeError(`no word ${scalarText(value)}`);
    return word;
  }
  if (form === 'bytes' || form === 'uuid') return bytesOf(value);
  return form === 'text' ? scalarText(value) : Number(value);
}

const bytesOf = (base64: JsonValue): Uint8Array | '' => (base64 === '' ? '' : Buffer.from(base64 as string, 'base64'));

/** A message as it stands in JSON, with bytes as hexadecimal text or UUID and references as ids: what a reader should have found. */
export function readableJson(json: JsonObject, table: JsonTable, refer: (id: string) => string): JsonObject {
  const readable = (value: JsonValue, form: FieldForm): JsonValue => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each) => readable(each, form));
    if (isTable(form)) return readableJson(value as JsonObject, form, refer);
    if (form === 'reference') return refer(scalarText(value));
    if (form === 'uuid') return uuidText(Buffer.from(value as string, 'base64'));
    return form === 'bytes' ? Buffer.from(value as string, 'base64').toString('hex') : value;
  };
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, readable(value, fieldOf(table, name)[1])]),
  );
}
