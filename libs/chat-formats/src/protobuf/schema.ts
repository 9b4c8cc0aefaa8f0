/** Largest number of a field that Protocol Buffers know: a larger one is no field. */
export const largestFieldNumber = 0x1fff_ffff;

/** How a value lies on the wire and what is made of it. */
export type FieldKind =
  | 'number'
  | 'flag'
  | 'text'
  /** Given as hexadecimal text. */
  | 'bytes'
  /** 16 bytes, given as UUID text; other lengths as hexadecimal text. */
  | 'uuid'
  /** A number that refers to somebody, given as whatever the decoder's `refer` makes of it. */
  | 'reference'
  /** A number, given as its name where it has one. */
  | 'word'
  | 'message';

/** One field of a message type; `T` is what one value of it becomes. */
export interface Field<T> {
  readonly number: number;
  readonly kind: FieldKind;
  readonly isRepeated: boolean;
  readonly message?: MessageSchema<object>;
  readonly words?: readonly string[];
  /** Never there: carries `T`. */
  readonly type?: T;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

/** A field that the schema does not know: a varint as decimal text, everything else as hexadecimal text. */
export interface UnknownField {
  readonly number: number;
  readonly value: string;
}

/** A field as the decoder finds it. */
export interface KnownField {
  readonly name: string;
  readonly field: Field<unknown>;
  /** How one value of it lies on the wire: 0 varint, 2 length-delimited. */
  readonly wireType: 0 | 2;
}

/** A message type: its fields by number. */
export interface MessageSchema<T extends object> {
  readonly byNumber: readonly (KnownField | undefined)[];
  /** Never there: carries `T`. */
  readonly type?: T;
}

/** What a message of these fields becomes: absent fields are absent, whatever their default is. */
export type Decoded<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Field<infer T> ? T : never;
} & { readonly unknown?: readonly UnknownField[] };

/** The type of what a schema decodes. */
export type MessageOf<S> = S extends MessageSchema<infer T> ? T : never;

const plain = <T>(number: number, kind: FieldKind): Field<T> => ({ number, kind, isRepeated: false });

/** An unsigned integer; beyond 2^53 it becomes decimal text. */
export const number = (at: number): Field<number | string> => plain(at, 'number');
export const flag = (at: number): Field<boolean> => plain(at, 'flag');
export const text = (at: number): Field<string> => plain(at, 'text');
export const bytes = (at: number): Field<string> => plain(at, 'bytes');
export const uuid = (at: number): Field<string> => plain(at, 'uuid');
export const reference = (at: number): Field<string> => plain(at, 'reference');
/** @param words - the names of 0, 1, 2, …; a number beyond them becomes decimal text */
export const word = (at: number, words: readonly string[]): Field<string> => ({ ...plain<string>(at, 'word'), words });
export const embedded = <T extends object>(at: number, message: MessageSchema<T>): Field<T> => ({
  ...plain<T>(at, 'message'),
  message,
});
/** The same field, any number of times; numbers may be packed. */
export const many = <T>(field: Field<T>): Field<readonly T[]> =>
  ({ ...field, isRepeated: true }) as Field<readonly T[]>;

/** A message type. Numbers above 63 are not used by any format that is read here. */
export function message<F extends Fields>(fields: F): MessageSchema<Decoded<F>> {
  const byNumber: KnownField[] = [];
  for (const [name, field] of Object.entries(fields)) {
    byNumber[field.number] = { name, field, wireType: varintKinds.has(field.kind) ? 0 : 2 };
  }
  return { byNumber };
}

const varintKinds: ReadonlySet<FieldKind> = new Set(['number', 'flag', 'word', 'reference']);
