import { chatLimits } from '@coffer/chat-model';
import { ChatFormatError } from '../errors';
import type { ByteSource } from '../zip/zip-directory';
import { clip, type ContactNames } from './msgstore/people';

/** Largest address book that is read, in bytes. */
const addressBookLimitBytes = 256 * 1024 * 1024;

/** Whether a file starts as an address book does (vCard, RFC 6350 and the older versions). */
export function looksLikeVCards(firstBytes: Uint8Array): boolean {
  return /^\ufeff?\s*BEGIN:VCARD\s/i.test(new TextDecoder().decode(firstBytes.subarray(0, 64)));
}

/**
 * Names by WhatsApp address from the address book that a phone exports: the name that is shown (FN), else the parts of it (N). A number
 * counts where it says its country, by + or 00, or where WhatsApp itself noted it (`waid`): others could be anybody's.
 *
 * @throws ChatFormatError `too-large`
 */
export function readVCardNames(source: ByteSource): ContactNames {
  if (source.sizeBytes > addressBookLimitBytes) {
    throw new ChatFormatError('too-large', 'this address book is larger than any that is read');
  }
  const names = new Map<string, string>();
  let [shown, parts, numbers]: [string, string, string[]] = ['', '', []];
  for (const { name, parameters, value } of contentLines(new TextDecoder().decode(source.read(0, source.sizeBytes)))) {
    if (name === 'BEGIN') [shown, parts, numbers] = ['', '', []];
    else if (name === 'FN') shown ||= value.trim();
    else if (name === 'N') parts ||= nameOfParts(value);
    else if (name === 'TEL') numbers.push(numberOf(parameters, value));
    else if (name === 'END') {
      const called = clip(shown === '' ? parts : shown, chatLimits.titleLength);
      for (const number of numbers) {
        const address = `${number}@s.whatsapp.net`;
        if (number !== '' && called !== '' && !names.has(address)) names.set(address, called);
      }
    }
  }
  return names;
}

interface ContentLine {
  /** In upper case, without a group. */
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

const linePattern = /^(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)$/s;

/** Lines that were folded are put together again: by a blank (RFC 6350, section 3.2), or by = in older versions. */
function* contentLines(text: string): Generator<ContentLine, void, undefined> {
  const lines = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index]!;
    while (/^[ \t]/.test(lines[index + 1] ?? '')) line += lines[++index]!.slice(1);
    const isQuoted = /^[^:]*QUOTED-PRINTABLE/i.test(line);
    while (isQuoted && line.endsWith('=') && index + 1 < lines.length) line = line.slice(0, -1) + lines[++index]!;
    const match = linePattern.exec(line);
    if (match === null) continue;
    const [, name, parameters, value] = match;
    const plain = isQuoted ? unquoted(value!) : value!;
    yield { name: name!.toUpperCase(), parameters: parameters!, value: unescaped(plain) };
  }
}

/** Quoted-printable, RFC 2045, section 6.7; the bytes are UTF-8 in all that phones write today. */
function unquoted(value: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < value.length; at++) {
    const hex = value[at] === '=' ? /^[0-9a-f]{2}/i.exec(value.slice(at + 1, at + 3))?.[0] : undefined;
    if (hex === undefined) bytes.push(...new TextEncoder().encode(value[at]));
    else {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const unescaped = (value: string): string =>
  value.replaceAll(/\\([\\,;nN])/g, (_, character: string) => (/n/i.test(character) ? ' ' : character));

/** Family name, given name, middle names, titles before and after. */
function nameOfParts(value: string): string {
  const [family, given, middle, before, after] = value.split(';').map((part) => part.trim());
  return [before, given, middle, family, after].filter((part) => part !== undefined && part !== '').join(' ');
}

/** Digits with the country's, or nothing. */
function numberOf(parameters: string, value: string): string {
  const noted = /;waid=(\d{5,20})/i.exec(parameters)?.[1];
  if (noted !== undefined) return noted;
  const dialled = value.replace(/^tel:/i, '').replaceAll(/[^\d+]/g, '');
  return /^(?:\+|00)([1-9]\d{4,19})$/.exec(dialled)?.[1] ?? '';
}
