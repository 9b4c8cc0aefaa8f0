import type { BackupFile } from '@coffer/chat-formats/browser';

/** Workers alone have it; the types of the workspace are those of a page. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** A file that a person chose: nothing of it is in memory but what is being read. */
export function chosenFile(file: File): BackupFile {
  return {
    name: file.name,
    sizeBytes: file.size,
    read: (offset, length) =>
      new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(offset, offset + length))),
  };
}
