import { Field } from '@coffer/web-ui';
import type { ReactNode } from 'react';

export interface FileFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly onFile: (file: File | null) => void;
  readonly isDisabled: boolean;
}

/** Chooses a small file, such as a key. */
export function FileField({ label, hint, onFile, isDisabled }: FileFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          type="file"
          disabled={isDisabled}
          onChange={(event) => onFile(event.currentTarget.files?.[0] ?? null)}
          className={
            'w-full min-w-0 rounded-xl border border-edge bg-surface p-1.5 text-muted file:me-3 file:min-h-9 file:cursor-pointer ' +
            'file:rounded-lg file:border-0 file:bg-accent-soft file:px-3 file:font-medium file:text-accent'
          }
        />
      )}
    </Field>
  );
}
