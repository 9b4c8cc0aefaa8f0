import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { deleted, scaffoldFolder } from './scaffold';
import { isDone, type WebDavClient } from './webdav-client';

const writers = 8;

/**
 * Tries what exclusive creation rests on: of several MKCOLs of one name at the same moment one succeeds, and MOVE with
 * `Overwrite: F` leaves what is there (RFC 4918, sections 9.3.1 and 9.9.3: both are a MUST, and there are servers without them).
 *
 * @returns false also where the answer is anything else than the refusal that the standard asks for
 */
export async function probeExclusiveCreate(client: WebDavClient): Promise<boolean> {
  const name = `${scaffoldFolder}probe-${toHex(randomBytes(12))}`;
  await client.makeCollection(scaffoldFolder);
  try {
    const racing = Array.from({ length: writers }, () => client.status({ method: 'MKCOL', path: `${name}/` }));
    const made = (await Promise.all(racing)).filter(({ status }) => isDone(status));
    if (made.length !== 1) return false;
    for (const file of ['one', 'two']) {
      const { status } = await client.status({ method: 'PUT', path: `${name}/${file}`, body: file });
      if (!isDone(status)) return false;
    }
    return (await client.move(`${name}/one`, `${name}/two`)).status === 412;
  } finally {
    await deleted(client, `${name}/`).catch(() => undefined);
  }
}
