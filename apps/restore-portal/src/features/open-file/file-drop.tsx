import { FileUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';

export interface FileDropProps {
  /** A file is being dragged over the page. */
  readonly isOver: boolean;
  /** At least one; a backup and what belongs to it can be chosen together. */
  readonly onFiles: (files: readonly File[]) => void;
}

/** A place to drop a file on, which is a file chooser for keyboards and fingers. */
export function FileDrop({ isOver, onFiles }: FileDropProps): ReactNode {
  return (
    <label
      className={
        'flex cursor-pointer flex-col items-center gap-3 rounded-2xl border-2 border-dashed px-6 py-10 text-center transition-colors ' +
        'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ' +
        (isOver ? 'border-accent bg-accent-soft' : 'border-edge bg-surface hover:border-accent')
      }
    >
      <span
        aria-hidden="true"
        className="flex size-14 items-center justify-center rounded-2xl bg-accent-soft text-accent"
      >
        <FileUp className="size-7" />
      </span>
      <span className="text-lg font-semibold">{text(isOver ? 'open.drop-now' : 'open.drop')}</span>
      <span className="inline-flex min-h-11 items-center rounded-xl bg-accent px-4 py-2 text-[0.9375rem] font-medium text-on-accent">
        {text('open.choose')}
      </span>
      <input
        type="file"
        multiple
        className="sr-only"
        aria-label={text('open.choose')}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file can be chosen again.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </label>
  );
}
