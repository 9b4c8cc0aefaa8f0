import type { ByteRange, ObjectStore, ObjectStream } from '@coffer/object-store';

/** A store whose streams give a few bytes at a time, and now and then none. */
export function dribbling(store: ObjectStore, bytesAtOnce: number): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'getStream')
        return async (key: string, range?: ByteRange) => dribbled(await target.getStream(key, range));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

  function dribbled(stream: ObjectStream): ObjectStream {
    return { ...stream, content: cut(stream.content) };
  }

  async function* cut(content: ObjectStream['content']): AsyncGenerator<Uint8Array, void> {
    for await (const piece of content) {
      for (let at = 0; at < piece.length; at += bytesAtOnce) {
        yield piece.slice(at, at + bytesAtOnce);
        if (at % 7 === 0) yield new Uint8Array(0);
      }
    }
  }
}
