import type { server } from '@serenity-kit/opaque';

let loading: Promise<typeof server> | undefined;

/**
 * The library's server half, loaded when it is first needed: importing it compiles 310 kB of WebAssembly, which every process,
 * worker thread and page that merely hashes would pay for, and which a page without `wasm-unsafe-eval` refuses.
 */
export async function loadOpaqueServer(): Promise<typeof server> {
  loading ??= import('@serenity-kit/opaque').then(async (library) => {
    await library.ready;
    return library.server;
  });
  return loading;
}
