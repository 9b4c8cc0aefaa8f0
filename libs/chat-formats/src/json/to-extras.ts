import { chatLimits, type Extra, type Extras } from '@coffer/chat-model';

const extraName = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

/** Half of what the model allows, so that what a reader adds still fits. */
const mostValues = chatLimits.extrasValues / 2;
const deepest = chatLimits.extrasDepth - 4;

/**
 * Facts of a JSON document as `extras`. Null says nothing and is left out; numbers with a fraction become text; names that the model does
 * not allow stand in `otherFields` with their values. What is too much for `extras` stays whole, as text in `json`.
 *
 * @returns undefined where nothing is left
 */
export function toExtras(fields: Iterable<readonly [string, unknown]>): Extras | undefined {
  const all = [...fields];
  const budget = { values: mostValues };
  const extras = mapOf(all, budget, 1) ?? { json: JSON.stringify(Object.fromEntries(all)) };
  return Object.keys(extras).length === 0 ? undefined : extras;
}

interface Budget {
  values: number;
}

/** @returns undefined where it is too much */
function mapOf(fields: readonly (readonly [string, unknown])[], budget: Budget, depth: number): Extras | undefined {
  const result: Record<string, Extra> = {};
  const others: Extras[] = [];
  for (const [name, value] of fields) {
    if (value === null || value === undefined) continue;
    const extra = valueOf(value, budget, depth + 1);
    if (extra === undefined) return undefined;
    if (extraName.test(name)) result[name] = extra;
    else others.push({ name, value: extra });
  }
  if (others.length > 0) result['otherFields'] = others;
  return result;
}

function valueOf(value: unknown, budget: Budget, depth: number): Extra | undefined {
  if (--budget.values < 0 || depth > deepest) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : String(value);
  if (!Array.isArray(value)) return mapOf(Object.entries(value as object), budget, depth);
  const items: Extra[] = [];
  for (const item of value as readonly unknown[]) {
    const extra = valueOf(item ?? 'null', budget, depth + 1);
    if (extra === undefined) return undefined;
    items.push(extra);
  }
  return items;
}
