import type { SavedForm } from '@coffer/device-protocol';

/** How long the browser has to take the content over, in milliseconds. */
const takeOverMs = 60_000;

/** A file name for what was made of a file or a conversation, without the endings that say how it was packed. */
export function savedName(fileName: string, form: SavedForm): string {
  const base =
    fileName
      .replace(/(?:\.(?:crypt1[245]|db|zip|txt|backup|encrypted))+$/i, '')
      .replace(/[/\\:*?"<>|\p{Cc}]+/gu, '-')
      .trim() || 'chats';
  return form === 'json' ? `${base}.json` : `${base}-pages.zip`;
}

/** Hands content to the browser as a download; where it goes is the person's choice. */
export function offerDownload(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), takeOverMs);
}
