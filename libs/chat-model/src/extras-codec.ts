import type { Extra, Extras } from './extras';
import { invalid, requireMap, tooLarge, type FieldCodec } from './field-codecs';
import { chatLimits } from './limits';

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
