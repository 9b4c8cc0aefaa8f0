/** Told to whoever reads a body that is longer than it may be. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * A body that passes piece by piece and fails at the first byte beyond `mostBytes`.
 *
 * @param onTooLarge - called once before the stream fails
 */
export function limitBody(
  body: ReadableStream<Uint8Array>,
  mostBytes: number,
  onTooLarge: () => void,
): ReadableStream<Uint8Array> {
  let passedBytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        passedBytes += piece.length;
        if (passedBytes <= mostBytes) return controller.enqueue(piece);
        onTooLarge();
        controller.error(new BodyTooLarge(`more than ${mostBytes} bytes`));
      },
    }),
  );
}
