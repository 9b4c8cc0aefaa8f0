import { toHex } from '@coffer/foundation';

import type { Extra, Extras } from '../extras';
import { maximumInstantMs } from '../limits';
import type { Nonsense } from './nonsense';
import { StableNames } from './stable-names';

const dayMs = 86_400_000;
/** Times go back by 1,000 to 4,999 days: the order of years is kept, and the year is not. */
const [leastDays, moreDays] = [1000, 4000];

/** A program's word for a kind of thing: `phone_call`, `12`. Anything else there is made nonsense of. */
const programWord = /^(?:[A-Za-z][A-Za-z0-9_-]{0,63}|\d{1,4})$/;
const keptEndings = new Set(
  (
    '3gp 3gpp aac aes amr avi avif bin bmp csv db doc docx enc flac gif heic heif html jpeg jpg json m4a m4v mkv mov mp3 mp4 oga ogg ' +
    'opus pdf png ppt pptx svg tgs thumb tif tiff txt vcf wav was webm webp xls xlsx zip'
  ).split(' '),
);
const keptTypes =
  /^(?:image\/(?:jpeg|png|gif|webp|heic|avif|svg\+xml)|video\/(?:mp4|3gpp|quicktime|webm)|audio\/(?:aac|amr|mp4|mpeg|ogg(?:; codecs=opus)?|opus|wav)|application\/(?:pdf|zip|octet-stream|json)|text\/(?:plain|vcard|x-vcard))$/;
const keptCardLine = /^(?:BEGIN:VCARD|END:VCARD|VERSION:\d\.\d)$/;
const cardProperty = /^(?:item\d+\.)?(?:N|FN|TEL|EMAIL|ADR|ORG|TITLE|URL|NOTE|PHOTO|BDAY|NICKNAME)(?=[:;])/;

/** What stands for the single values of a history, all under one secret. */
export class ScrambledValues {
  readonly #nonsense: Nonsense;
  /** Files of one folder must stay apart. */
  readonly #fileNames: StableNames;
  readonly #shiftMs: number;

  constructor(nonsense: Nonsense) {
    this.#nonsense = nonsense;
    this.#fileNames = new StableNames(nonsense);
    const bytes = nonsense.bytesOf('shift of times');
    this.#shiftMs = (leastDays + (new DataView(bytes.buffer).getUint32(0) % moreDays)) * dayMs;
  }

  readonly text = (text: string): string => this.#nonsense.of(text);

  /** By whole days, so that the time of day and every interval stay; at the edge of what a date can hold it stops. */
  readonly instant = (timeMs: number): number => Math.max(-maximumInstantMs, timeMs - this.#shiftMs);

  readonly localTime = (text: string): string => {
    const shifted = new Date(Date.parse(`${text}Z`) - this.#shiftMs);
    const isDate = Number.isFinite(shifted.getTime()) && shifted.getUTCFullYear() >= 0;
    return isDate ? shifted.toISOString().slice(0, text.length) : this.text(text);
  };

  /** What an app calls a kind of thing. */
  readonly programWord = (text: string): string => (programWord.test(text) ? text : this.text(text));

  readonly mimeType = (text: string): string => (keptTypes.test(text) ? text : this.text(text));

  readonly sha256Hex = (text: string): string => toHex(this.#nonsense.bytesOf(text));

  /** Each name by itself, so that what lies in one folder still does; a usual ending stays. */
  readonly path = (path: string): string =>
    path
      .split(/([/\\])/)
      .map(this.fileName)
      .join('');

  readonly fileName = (name: string): string => {
    const dot = name.lastIndexOf('.');
    const isKept = dot > 0 && keptEndings.has(name.slice(dot + 1).toLowerCase());
    return isKept ? this.#fileNames.of(name.slice(0, dot)) + name.slice(dot) : this.#fileNames.of(name);
  };

  /** Degrees within a limit, with as many decimals. */
  readonly degrees = (value: number, limit: number): number => {
    const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
    const bytes = this.#nonsense.bytesOf(`degrees:${value}`);
    const share = new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
    // no negative zero, which is another number to whoever compares
    return Number(((2 * share - 1) * limit).toFixed(Math.min(decimals, 15))) + 0;
  };

  /** A vCard whose properties keep their names. */
  readonly card = (card: string): string =>
    card
      .split(/(\r?\n)/)
      .map((line) => {
        if (keptCardLine.test(line)) return line;
        const name = cardProperty.exec(line)?.[0] ?? '';
        return name + this.text(line.slice(name.length));
      })
      .join('');

  readonly extras = (extras: Extras): Extras =>
    Object.fromEntries(Object.entries(extras).map(([name, value]) => [name, this.#extra(value)]));

  #extra(value: Extra): Extra {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'boolean') return value;
    return Array.isArray(value)
      ? (value as readonly Extra[]).map((one) => this.#extra(one))
      : this.extras(value as Extras);
  }

  /** As many digits; a single one is a kind or a flag, and stays. */
  #number(value: number): number {
    if (Math.abs(value) < 10) return value;
    const scrambled = Number(this.text(String(value)));
    // sixteen digits can be too many for a whole number
    return Number.isSafeInteger(scrambled) ? scrambled : Math.sign(value) * (Math.abs(scrambled) % 9e15);
  }
}
