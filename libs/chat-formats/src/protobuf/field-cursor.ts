import { WireReader } from './wire-reader';

/** Goes over the fields of one message without decoding them. */
export class FieldCursor {
  readonly #wire: WireReader;
  #end: number;
  /** Of the field that `next` went to. */
  number = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wireType = 0;
  /** Its value where it is a varint; beyond 2^53 only nearly right, see `signedVarint`. */
  value = 0;
  /** Where its value starts and ends; a length that stands before it left out. */
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#wire = new WireReader(bytes, start);
    this.#end = end;
  }

  /** Begins anew with another message. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#wire.bytes = bytes;
    this.#wire.at = start;
    this.#end = end;
  }

  /** Goes to the next field. @returns false at the end @throws ChatFormatError `damaged` */
  next(): boolean {
    const wire = this.#wire;
    const end = this.#end;
    if (wire.at === end) return false;
    wire.tag(end);
    this.number = wire.number;
    this.wireType = wire.wireType;
    if (wire.wireType === 0) {
      this.start = wire.at;
      this.value = wire.varint(end);
    } else {
      this.value = 0;
      this.start = wire.span(end);
    }
    this.end = wire.at;
    return true;
  }
}
