import { startSqlite, type Sqlite } from '@coffer/chat-formats/browser';
import { fromBase64Url } from '@coffer/foundation';
import packedModule from 'virtual:sqlite3.wasm';

let started: Promise<Sqlite> | undefined;

/** SQLite out of this file itself, once: the worker loads nothing. */
export function embeddedSqlite(): Promise<Sqlite> {
  return (started ??= unpack().then(startSqlite));
}

async function unpack(): Promise<WebAssembly.Module> {
  const packed = new Blob([fromBase64Url(packedModule)]);
  const bytes = await new Response(packed.stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
  return WebAssembly.compile(bytes);
}
