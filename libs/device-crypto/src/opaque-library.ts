import type { client } from '@serenity-kit/opaque';

let loading: Promise<typeof client> | undefined;

/**
 * The library's device half, loaded when it is first needed: importing it compiles 310 kB of WebAssembly, which a backup on a
 * timer or a worker thread has no use for.
 */
export async function loadOpaqueClient(): Promise<typeof client> {
  loading ??= import('@serenity-kit/opaque').then(async (library) => {
    await library.ready;
    return library.client;
  });
  return loading;
}
