import { ChatFormatError } from '../errors';
import type { ByteSource } from '../zip/zip-directory';
import { ByteWindow } from './byte-window';
import { parseJson } from './parse-json';

/** Where one value stands in the document, in bytes. */
export interface JsonRange {
  readonly offset: number;
  readonly length: number;
}

export type JsonKind = 'object' | 'list' | 'text' | 'other';

/** Levels of objects and lists within one value. */
const deepest = 256;
const longestNameBytes = 64 * 1024;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Walks over a JSON document of any size (RFC 8259, UTF-8) without holding it: containers are entered or passed over, single values
 * are parsed. Passing over finds the end of a value by its quotes and brackets and checks no more than that.
 *
 * Every method throws ChatFormatError `damaged` where the document ends early or is none, `too-large` where a value that is to be
 * parsed is longer than `limitBytes` or nested more than 256 deep.
 */
export class JsonScanner {
  readonly #source: ByteSource;
  readonly #window: ByteWindow;
  readonly #limitBytes: number;
  #at = 0;

  /** @param limitBytes - of one value that is parsed */
  constructor(source: ByteSource, limitBytes: number) {
    this.#source = source;
    this.#window = new ByteWindow(source);
    this.#limitBytes = limitBytes;
    const [first, second, third] = this.#window.from(0);
    if (first === 0xef && second === 0xbb && third === 0xbf) this.#at = 3;
  }

  /** What comes next. */
  kind(): JsonKind {
    const byte = this.#peek();
    if (byte === openObject) return 'object';
    if (byte === openList) return 'list';
    return byte === quote ? 'text' : 'other';
  }

  /** The names of an object, each when its value comes next. A value that is not read is passed over. */
  *members(): Generator<string, void, undefined> {
    this.#take(openObject);
    if (this.#isNext(closeObject)) return;
    do {
      if (this.#peek() !== quote) throw damaged();
      const name = parseJson(this.#bytes(this.pass(), longestNameBytes)) as string;
      this.#take(colon);
      const start = this.#startOfValue();
      yield name;
      if (this.#at === start) this.pass();
    } while (this.#isNext(comma));
    this.#take(closeObject);
  }

  /** Stops before each element of a list. An element that is not read is passed over. */
  *elements(): Generator<number, void, undefined> {
    this.#take(openList);
    if (this.#isNext(closeList)) return;
    let index = 0;
    do {
      const start = this.#startOfValue();
      yield index++;
      if (this.#at === start) this.pass();
    } while (this.#isNext(comma));
    this.#take(closeList);
  }

  /** Passes over one value. */
  pass(): JsonRange {
    const offset = this.#startOfValue();
    const kind = this.kind();
    if (kind === 'other') this.#passBare();
    else this.#passQuotedOrNested();
    return { offset, length: this.#at - offset };
  }

  /** Parses one value. */
  value(): unknown {
    return parseJson(this.#bytes(this.pass(), this.#limitBytes));
  }

  /** Parses one value and says where it stands. */
  valueAndRange(): { readonly value: unknown; readonly range: JsonRange } {
    const range = this.pass();
    return { value: parseJson(this.#bytes(range, this.#limitBytes)), range };
  }

  /** Makes sure that nothing but blanks follows. */
  end(): void {
    if (this.#nextByte() !== undefined) throw damaged();
  }

  #bytes({ offset, length }: JsonRange, limitBytes: number): Uint8Array {
    if (length > limitBytes) {
      throw new ChatFormatError('too-large', `a value in this JSON document has more than ${limitBytes} bytes`);
    }
    return this.#window.read(offset, length);
  }

  /** The next byte that is not blank, without taking it; undefined at the end. */
  #nextByte(): number | undefined {
    for (;;) {
      const bytes = this.#window.from(this.#at);
      if (bytes.length === 0) return undefined;
      const index = bytes.findIndex((byte) => !isBlank(byte));
      this.#at += index === -1 ? bytes.length : index;
      if (index !== -1) return bytes[index];
    }
  }

  #peek(): number {
    const byte = this.#nextByte();
    if (byte === undefined) throw damaged();
    return byte;
  }

  #startOfValue(): number {
    this.#peek();
    return this.#at;
  }

  #isNext(byte: number): boolean {
    if (this.#peek() !== byte) return false;
    this.#at++;
    return true;
  }

  #take(byte: number): void {
    if (!this.#isNext(byte)) throw damaged();
  }

  #passQuotedOrNested(): void {
    let depth = 0;
    let isText = false;
    let isEscaped = false;
    for (;;) {
      const bytes = this.#window.from(this.#at);
      if (bytes.length === 0) throw damaged();
      for (let index = 0; index < bytes.length; index++) {
        const byte = bytes[index]!;
        if (isText) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) isText = false;
          if (isText || depth > 0) continue;
        } else if (byte === quote) {
          isText = true;
          continue;
        } else if (byte === openObject || byte === openList) {
          if (++depth > deepest) throw new ChatFormatError('too-large', 'this JSON document is nested too deeply');
          continue;
        } else if ((byte !== closeObject && byte !== closeList) || --depth > 0) continue;
        this.#at += index + 1;
        return;
      }
      this.#at += bytes.length;
    }
  }

  /** A number, true, false or null: up to what can follow a value. */
  #passBare(): void {
    const start = this.#at;
    for (;;) {
      const bytes = this.#window.from(this.#at);
      const end = bytes.findIndex(
        (byte) => isBlank(byte) || byte === comma || byte === closeObject || byte === closeList,
      );
      this.#at += end === -1 ? bytes.length : end;
      if (end === -1 && this.#at < this.#source.sizeBytes) continue;
      if (this.#at === start) throw damaged();
      return;
    }
  }
}

const damaged = (): ChatFormatError =>
  new ChatFormatError('damaged', 'this file is no whole JSON document: it ends early or was changed');
