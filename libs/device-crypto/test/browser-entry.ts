import { argon2id, browserChunkedEncryption, sealChunked } from '../src/browser';
import type { ChunkedSuite } from '../src/index';

/** Bytes cross between test and page as base64. */
interface Case {
  readonly suite: ChunkedSuite;
  readonly inputKey: string;
  readonly context: string;
  readonly bytes: string;
}

/** What the tests call in the page. */
export interface InPage {
  /** Opens whole and streamed; the code of the error where one is thrown. */
  readonly open: (test: Case) => Promise<{ whole: string; streamed: string }>;
  readonly seal: (test: Case, salt: string) => Promise<string>;
  readonly argon2id: (password: string, salt: string) => Promise<string>;
}

const decode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const keyOf = ({ suite, inputKey, context }: Case) => ({ suite, inputKey: decode(inputKey), context: decode(context) });

async function sha512OrError(open: () => Promise<Uint8Array<ArrayBuffer>>): Promise<string> {
  try {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-512', await open()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch (error) {
    return `error ${(error as { code?: string }).code ?? ''}`;
  }
}

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function collect(stream: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of stream) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

const inPage: InPage = {
  open: async (test) => {
    const sealed = decode(test.bytes);
    return {
      whole: await sha512OrError(async () => browserChunkedEncryption.open(keyOf(test), sealed)),
      streamed: await sha512OrError(async () =>
        collect(browserChunkedEncryption.openStream(keyOf(test), cut(sealed, 10_007))),
      ),
    };
  },
  seal: async (test, salt) => base64(await sealChunked(keyOf(test), decode(test.bytes), decode(salt))),
  argon2id: async (password, salt) =>
    base64(await argon2id(decode(password), decode(salt), { memoryKiB: 65_536, iterations: 3, parallelism: 4 }, 32)),
};

Object.assign(globalThis, { inPage });
