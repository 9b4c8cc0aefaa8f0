import { toHex } from '@coffer/foundation';
import { md5 } from 'hash-wasm';
import { ChatFormatError } from '../errors';
import { packedKind } from '../payload-kind';
import type { WhatsAppKeys } from '../whatsapp/backup-key';
import { backupPrefixLimit, readBackupHeader, type BackupPrefix } from '../whatsapp/backup-prefix';
import { isCrypt12Ending } from '../whatsapp/crypt12-header';
import { otherKeyFile, type CryptFile, type CryptFileOptions } from '../whatsapp/crypt-file';
import { checksumBytes, crypt12EndingBytes, judgeTrailer, tagBytes } from '../whatsapp/crypt-trailer';
import { fileKeyOf } from '../whatsapp/file-key';
import type { ByteSource } from '../zip/zip-directory';

/** Largest file that is opened, in bytes: WebCrypto authenticates a file as a whole, so it is in memory twice for a moment. */
const fileLimitBytes = 1024 * 1024 * 1024;

/**
 * `openCryptFile` of the Node half for bytes that WebCrypto opens: the same verdicts and errors. The content is held in memory,
 * still compressed, and wiped with `close`.
 *
 * @throws ChatFormatError `key-required`, `damaged`, `wrong-key`, `too-large`
 */
export async function openCryptBytes(
  source: ByteSource,
  keys: WhatsAppKeys,
  { onRead = () => undefined, signal }: CryptFileOptions = {},
): Promise<CryptFile> {
  const prefix = readBackupHeader(source.read(0, Math.min(backupPrefixLimit, source.sizeBytes)));
  const { bytes: fileKey, isNamed } = fileKeyOf(prefix, keys);
  try {
    if (source.sizeBytes > fileLimitBytes) throw tooLarge();
    const content = new CryptContent(source.read(0, source.sizeBytes), prefix);
    if (!isNamed && (await content.isChecksumRight())) throw otherKeyFile();
    const key = await crypto.subtle.importKey('raw', new Uint8Array(fileKey), 'AES-GCM', false, ['decrypt']);
    signal?.throwIfAborted();
    const opened = await content.open(key);
    signal?.throwIfAborted();
    onRead(source.sizeBytes);
    const { plain, verdict } = opened;
    return {
      prefix,
      verdict,
      packed: packedKind(plain),
      chunks: () => unpack(plain),
      close: () => plain.fill(0),
    };
  } finally {
    fileKey.fill(0);
  }
}

const tooLarge = (): ChatFormatError =>
  new ChatFormatError(
    'too-large',
    'this backup is larger than a browser can hold. Nothing was written: the command line opens it (coffer open).',
  );

/** The bytes of a file, and where its parts are. */
class CryptContent {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #prefix: BackupPrefix;
  /** Where what counts ends: crypt12 puts four bytes behind. */
  readonly #end: number;
  readonly #isEnded: boolean;

  constructor(bytes: Uint8Array, prefix: BackupPrefix) {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#prefix = prefix;
    const endingBytes = prefix.generation === 'crypt12' ? crypt12EndingBytes : 0;
    this.#end = bytes.length - endingBytes;
    this.#isEnded = endingBytes === 0 || isCrypt12Ending(bytes.subarray(Math.max(0, this.#end)));
  }

  /** MD5 is broken, and decides nothing about trust: it tells a wrong key from damage. */
  async isChecksumRight(): Promise<boolean> {
    const checksumAt = this.#end - checksumBytes;
    if (!this.#isEnded || checksumAt < 0) return false;
    return (await md5(this.#bytes.subarray(0, checksumAt))) === toHex(this.#bytes.subarray(checksumAt, this.#end));
  }

  async open(key: CryptoKey): Promise<Pick<CryptFile, 'verdict'> & { readonly plain: Uint8Array<ArrayBuffer> }> {
    const hasRoom = this.#end >= this.#prefix.headerBytes + tagBytes + checksumBytes;
    // Web Crypto works on a thread of its own meanwhile.
    const decrypting = this.#decrypt(key, checksumBytes);
    const checksumMatches = hasRoom && (await this.isChecksumRight());
    const before = await decrypting;
    const atEnd = before !== undefined || checksumMatches ? undefined : await this.#decrypt(key, 0);
    const verdict = judgeTrailer({
      checksumMatches,
      tagMatchesBeforeChecksum: before !== undefined,
      tagMatchesAtEnd: atEnd !== undefined,
    });
    // without its ending a file was cut, even where the tag is the last that is left of it
    const found = this.#isEnded ? verdict : { ...verdict, checksum: 'wrong' as const };
    return { verdict: found, plain: (before ?? atEnd)! };
  }

  /** Absent where the tag does not hold. @param after - bytes that follow the tag */
  async #decrypt(key: CryptoKey, after: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { headerBytes, iv } = this.#prefix;
    const sealed = this.#bytes.subarray(headerBytes, Math.max(headerBytes, this.#end - after));
    if (sealed.length < tagBytes) return undefined;
    const algorithm = { name: 'AES-GCM', iv: new Uint8Array(iv), tagLength: 8 * tagBytes };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
    } catch (error) {
      // the one way in which WebCrypto says that a tag is wrong
      if (error instanceof DOMException && error.name === 'OperationError') return undefined;
      throw error;
    }
  }
}

const pieceBytes = 1024 * 1024;

async function* unpack(plain: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array, void, undefined> {
  if (packedKind(plain) !== 'zlib') {
    if (plain.length > 0) yield plain;
    return;
  }
  const inflate = new DecompressionStream('deflate');
  const reader = inflate.readable.getReader();
  const feeding = feed(plain, inflate.writable.getWriter());
  // what fails there fails the reading too
  feeding.catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function feed(plain: Uint8Array<ArrayBuffer>, writer: WritableStreamDefaultWriter<BufferSource>): Promise<void> {
  for (let at = 0; at < plain.length; at += pieceBytes) {
    await writer.write(plain.subarray(at, at + pieceBytes));
  }
  await writer.close();
}
