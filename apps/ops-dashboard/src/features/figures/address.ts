import type { z } from 'zod';

/** What Next gives a page of its query. */
export type SearchParams = Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;

/** Filters out of an address. */
export interface ReadFilters<Filters> {
  readonly filters: Filters;
  /** Whether something in the address was no filter of this screen; it is left out. */
  readonly isWrong: boolean;
}

/**
 * Reads the filters of a screen from its query by the contract's own schema. Empty values, as forms send them, count as not
 * given; what does not fit is left out, field by field.
 *
 * @param ignored - names that are no filters but may stand there
 */
export async function readFilters<Schema extends z.ZodObject>(
  schema: Schema,
  searchParams: SearchParams,
  ignored: readonly string[] = [],
): Promise<ReadFilters<z.output<Schema>>> {
  const given = Object.entries(await searchParams).filter(
    ([name, value]) => value !== '' && value !== undefined && !ignored.includes(name),
  );
  const good = given.filter(([name, value]) => schema.safeParse({ [name]: value }).success);
  return { filters: schema.parse(Object.fromEntries(good)), isWrong: good.length !== given.length };
}

/** Path and query; names with `undefined` are left out. The same filters always give the same text. */
export function toAddress(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query).sort()) if (value !== undefined) search.set(name, value);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
