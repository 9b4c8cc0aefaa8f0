import { rangeAnswerOf, rangeHeader } from '../http/range-answer';
import type { AskForRange } from '../http/read-resuming';
import { isOwnCollection, type WebDavClient } from './webdav-client';
import { davError } from './webdav-error';

/** GET of a part of a file. */
export function askForRange(client: WebDavClient, path: string): AskForRange {
  return async (offset, length) => {
    const answer = await client.send({ method: 'GET', path, headers: rangeHeader(offset, length) });
    if (answer.status === 206 || answer.status === 200) {
      const part = await rangeAnswerOf(answer, offset, length);
      if (part === undefined) throw davError(416);
      return part;
    }
    await answer.discard();
    throw davError(isOwnCollection(answer, path) ? 404 : answer.status);
  };
}
