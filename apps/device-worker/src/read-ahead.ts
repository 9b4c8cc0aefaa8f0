/** Reads that are on their way at a time. */
const mostAhead = 8;

/** Items in their order, each with what was read for it: the next reads are on their way meanwhile. @throws what `read` throws */
export async function* readAhead<Item, Read>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<Read>,
): AsyncGenerator<readonly [Item, Read], void> {
  const pending: (readonly [Item, Promise<Read>])[] = [];
  const first = async (): Promise<readonly [Item, Read]> => {
    const [item, result] = pending.shift()!;
    return [item, await result];
  };
  for (const item of items) {
    const result = read(item);
    // Told when its turn comes, if it comes.
    result.catch(() => undefined);
    pending.push([item, result]);
    if (pending.length === mostAhead) yield await first();
  }
  while (pending.length > 0) yield await first();
}
