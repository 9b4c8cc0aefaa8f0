/** Up to so many bytes a body is sent as it is. */
const largestWholeBytes = 1024 * 1024;
const pieceBytes = 64 * 1024;

/**
 * `fetch` that sends large bodies piece by piece. The platform's own makes a copy of the whole body first, which for packs on their
 * way to a vault is more memory than anything else takes. Each piece is a copy, and the last one is made before the answer is
 * here: whatever the caller puts into that memory afterwards is never sent, not even to a server that answers early and reads on.
 */
export async function streamedFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const { body } = init;
  if (!(body instanceof Uint8Array) || body.length <= largestWholeBytes) return fetch(input, init);
  const ended = new AbortController();
  const headers = new Headers(init.headers);
  // Without it the body would go in chunks of unknown number, which the gateway refuses.
  headers.set('content-length', String(body.length));
  try {
    return await fetch(input, { ...init, headers, body: piecesOf(body, ended.signal), duplex: 'half' } as RequestInit);
  } finally {
    ended.abort();
  }
}

function piecesOf(body: Uint8Array, ended: AbortSignal): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull: (controller) => {
        // Nothing more: an answer that came early can still be read, and then the platform closes the connection.
        if (ended.aborted) return;
        controller.enqueue(body.slice(at, (at += pieceBytes)));
        if (at >= body.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
