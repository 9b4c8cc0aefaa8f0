import { chatLimits } from '@coffer/chat-model';
import { isJsonObject } from '../json/parse-json';
import type { TelegramFields } from './telegram-fields';

interface RichText {
  readonly text: string;
  /** Parts that are more than plain text: where they stand (UTF-16 units), and what Telegram says of them. */
  readonly entities: readonly Readonly<Record<string, unknown>>[];
}

/** Text in any of the forms that exports have: a string, or a list of strings and of parts with a type. */
export function readRichText(value: unknown): RichText | undefined {
  if (typeof value === 'string') return { text: value, entities: [] };
  if (!Array.isArray(value)) return undefined;
  let text = '';
  const entities: Record<string, unknown>[] = [];
  for (const part of value as readonly unknown[]) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    if (!isJsonObject(part) || typeof part['text'] !== 'string') return undefined;
    const { text: words, type, ...more } = part;
    if (type !== 'plain') entities.push({ type, offset: text.length, length: words.length, ...more });
    text += words;
  }
  return { text, entities };
}

/** Takes the words of a message; their formatting stays among its facts, as `text_entities` with places instead of words. */
export function takeText(fields: TelegramFields): string | undefined {
  const plain = readRichText(fields.peek('text'));
  const rich = readRichText(fields.peek('text_entities'));
  const isSame = rich !== undefined && (plain === undefined || rich.text === plain.text);
  const chosen = isSame ? rich : plain;
  if (chosen === undefined || chosen.text.length > chatLimits.textLength) return undefined;
  if (plain !== undefined) fields.take('text');
  if (isSame || !fields.has('text_entities')) {
    fields.take('text_entities');
    if (chosen.entities.length > 0) fields.keep('text_entities', chosen.entities);
  }
  return chosen.text === '' ? undefined : chosen.text;
}
