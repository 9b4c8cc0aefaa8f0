import type { ReactNode } from 'react';
import { controlLook, Field } from './field';

export interface TextFieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly type?: 'text' | 'email' | 'time';
  /** The keyboard of a phone; that of `type` unless told. */
  readonly inputMode?: 'numeric';
  /** For the browser; nothing is filled in unless told. */
  readonly autoComplete?: 'email' | 'one-time-code';
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isDisabled?: boolean;
}

/** One line of text, an address, or a time of day. Nothing secret: that has fields of its own. */
export function TextField(props: TextFieldProps): ReactNode {
  const { label, hint, error, type = 'text', inputMode, autoComplete = 'off' } = props;
  const { value, onChange, isDisabled = false } = props;
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <input
          {...control}
          type={type}
          className={`${controlLook} max-w-md`}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete={autoComplete}
          inputMode={inputMode}
          disabled={isDisabled}
          maxLength={254}
        />
      )}
    </Field>
  );
}
