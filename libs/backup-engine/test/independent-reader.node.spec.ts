import { describe, expect, it } from 'vitest';

import { committedVectors, type CommittedVector, type Expected } from './committed-vectors';
import { readRepository, Refused, type Found } from './independent-reader/read-repository';

const vectors = committedVectors();
const named = (those: readonly CommittedVector[]): readonly [string, CommittedVector][] =>
  those.map((each) => [each.name, each]);
const sound = vectors.filter(({ file }) => file.refused === undefined);
const faulty = vectors.filter(({ file }) => file.refused !== undefined);

function read({ objects, backupKey, repositoryId, file }: CommittedVector): Found {
  return readRepository(objects, backupKey, repositoryId, file.seen);
}

/** vector.json leaves out the messages of long conversations. */
function asTold(found: Found, opens: Expected): object {
  const conversations = found.conversations.map((conversation, at) => {
    const { messages, ...rest } = conversation;
    return opens.conversations[at]?.messages === undefined ? rest : { ...rest, messages };
  });
  return { ...found, conversations };
}

describe('a reader written from docs/format/v1.md alone', () => {
  it.each(named(sound))('opens %s', (_name, vector) => {
    const opens = vector.file.opens!;
    expect(asTold(read(vector), opens)).toEqual(opens);
  });

  it.each(named(faulty))('refuses %s', (_name, vector) => {
    let refusal: unknown;
    try {
      read(vector);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refused);
    const { code, object } = refusal as Refused;
    expect({ code, object }).toEqual(vector.file.refused);
  });

  it('ran them all', () => {
    expect([sound.length >= 20, faulty.length >= 80]).toEqual([true, true]);
  });
});
