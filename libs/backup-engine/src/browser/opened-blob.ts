import type { FileToRead } from '../workers/worker-messages';
import { FileFault, type FileFacts, type OpenedFile } from '../workers/worker-platform';

/** Files of a browser have no mode; it is what a person may read and write. */
export const blobMode = 0o600;

/** What a browser calls the faults of a file, as other systems do. */
const systemCodes: Readonly<Record<string, string>> = {
  NotFoundError: 'ENOENT',
  NotAllowedError: 'EACCES',
  SecurityError: 'EACCES',
  QuotaExceededError: 'ENOSPC',
};

/** `ENOENT` and the like; `EIO` where a file changed on disk after it was chosen, which a browser does not let one read. */
export function blobFault(error: unknown): string {
  return (error instanceof DOMException ? systemCodes[error.name] : undefined) ?? 'EIO';
}

/** Opens what a person chose: it is read piece by piece. @throws FileFault */
export function openBlob({ blob }: FileToRead): OpenedFile {
  if (blob === undefined) throw new FileFault('ENOENT', undefined);
  const facts = factsOf(blob);
  let at = 0;
  return {
    facts,
    fill: async (memory, from) => {
      const end = Math.min(blob.size, at + memory.length - from);
      const bytes = new Uint8Array(await read(blob, at, end));
      memory.set(bytes, from);
      at = end;
      return from + bytes.length;
    },
    // What changes on disk after it was chosen cannot be read any more: a fault, not another content.
    factsNow: () => facts,
    close: () => undefined,
  };
}

/** Size and time as they were when the file was chosen. */
export function factsOf(blob: Blob): FileFacts {
  const mtimeMs = blob instanceof File ? blob.lastModified : 0;
  return {
    sizeBytes: blob.size,
    mode: blobMode,
    mtimeMs,
    mtimeNs: (BigInt(mtimeMs) * 1_000_000n).toString(),
    inode: '0',
  };
}

async function read(blob: Blob, from: number, to: number): Promise<ArrayBuffer> {
  try {
    return await blob.slice(from, to).arrayBuffer();
  } catch (cause) {
    throw new FileFault(blobFault(cause), cause);
  }
}
