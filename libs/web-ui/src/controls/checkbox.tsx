import type { ReactNode } from 'react';

export interface CheckboxProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isDisabled?: boolean;
}

/** A yes or no, with room for a whole sentence beside it. */
export function Checkbox({ label, isChecked, onChange, isDisabled = false }: CheckboxProps): ReactNode {
  return (
    <label className="flex gap-3 leading-relaxed">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
        className="mt-1 size-4.5 shrink-0 accent-(--coffer-accent)"
      />
      {label}
    </label>
  );
}
