import { chatLimits, type Extras } from '@coffer/chat-model';
import { isJsonObject, type JsonObject } from '../json/parse-json';
import { toExtras } from '../json/to-extras';

/**
 * The fields of one object of an export. What is taken is carried by the model; what has another form than expected stays, and all
 * that stays goes to `extras` under the names that Telegram gave it.
 */
export class TelegramFields {
  readonly #fields: Map<string, unknown>;

  constructor(object: JsonObject) {
    this.#fields = new Map(Object.entries(object));
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Looks without taking. */
  peek(name: string): unknown {
    return this.#fields.get(name);
  }

  /** Takes whatever is there. */
  take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  /** Text that is not empty. Longer text than `limit` stays. */
  text(name: string, limit: number = chatLimits.titleLength): string | undefined {
    const value = this.#fields.get(name);
    if (typeof value !== 'string' || value.length > limit) return undefined;
    this.#fields.delete(name);
    return value === '' ? undefined : value;
  }

  /** A whole number from 0 on. */
  count(name: string): number | undefined {
    const value = this.#fields.get(name);
    if (!Number.isSafeInteger(value) || (value as number) < 0) return undefined;
    this.#fields.delete(name);
    return value as number;
  }

  /** An id, as text whatever it was. */
  id(name: string): string | undefined {
    const id = idText(this.#fields.get(name));
    if (id !== undefined) this.#fields.delete(name);
    return id;
  }

  object(name: string): JsonObject | undefined {
    const value = this.#fields.get(name);
    if (!isJsonObject(value)) return undefined;
    this.#fields.delete(name);
    return value;
  }

  /** Puts a fact back, or a part of one. Undefined and empty objects are nothing. */
  keep(name: string, value: unknown): void {
    if (value === undefined || (isJsonObject(value) && Object.keys(value).length === 0)) return;
    this.#fields.set(name, value);
  }

  /** The names that nothing has taken. */
  names(): Iterable<string> {
    return this.#fields.keys();
  }

  rest(): Extras | undefined {
    return toExtras(this.#fields);
  }
}

/** An id of any form as text; undefined where it is none. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value === '' || value.length > chatLimits.idLength) return undefined;
  return value;
}
