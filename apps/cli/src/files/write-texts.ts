/** Fits a few pieces of `jsonDocument`; small enough to stay in a processor's cache. */
const bufferBytes = 256 * 1024;

/**
 * Writes texts as UTF-8. They are gathered in two buffers, of which one is filled while the other is written: memory that is
 * asked for anew with each piece costs more than what is done with it.
 *
 * @param write - given bytes that change once its promise is settled
 * @returns what the texts end with
 * @throws whatever reading and writing throw
 */
export async function writeTexts<Result>(
  texts: Iterator<string, Result> | AsyncIterator<string, Result>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<Result> {
  const encoder = new TextEncoder();
  let [filled, free] = [new Uint8Array(bufferBytes), new Uint8Array(bufferBytes)];
  let length = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = write(filled.subarray(0, length));
    // Seen by whoever waits for it next; nobody does where the texts fail before.
    writing.catch(() => undefined);
    [filled, free] = [free, filled];
    length = 0;
  };
  for (;;) {
    const next = await texts.next();
    if (next.done === true) {
      if (length > 0) await flush();
      await writing;
      return next.value;
    }
    for (let text = next.value; ;) {
      const { read, written } = encoder.encodeInto(text, filled.subarray(length));
      length += written;
      if (read === text.length) break;
      text = text.slice(read);
      await flush();
    }
  }
}
