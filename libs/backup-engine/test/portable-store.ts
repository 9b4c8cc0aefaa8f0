import { fromHex, toHex } from '@coffer/foundation';
import { MemoryObjectStore } from '@coffer/object-store';

/** The objects of a store as text, so that they cross from a page. */
export type PortableStore = readonly (readonly [string, string])[];

export async function packStore(store: MemoryObjectStore): Promise<PortableStore> {
  const objects: [string, string][] = [];
  for await (const { key } of store.list('')) objects.push([key, toHex(await store.get(key))]);
  return objects;
}

export async function unpackStore(objects: PortableStore): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  for (const [key, hex] of objects) await store.put(key, fromHex(hex));
  return store;
}
