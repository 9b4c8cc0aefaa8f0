/** For each property of `T`, what becomes of its value. A property that the model gets must be decided about here. */
export type FieldScramblers<T> = { readonly [K in keyof T]-?: (value: Exclude<T[K], undefined>) => T[K] };

/** The same object with every property scrambled, in the same order; what is absent stays absent. */
export function scrambleFields<T extends object>(value: T, fields: FieldScramblers<T>): T {
  const scramblers = fields as Readonly<Record<string, (item: unknown) => unknown>>;
  const entries = Object.entries(value).map(
    ([name, item]: [string, unknown]) => [name, item === undefined ? undefined : scramblers[name]!(item)] as const,
  );
  return Object.fromEntries(entries) as T;
}

/** What says how and not what: kinds, flags, marks, sizes. */
export const kept = <T>(value: T): T => value;
