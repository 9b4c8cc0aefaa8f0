'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useText } from '../text/text-provider';
import { controlLook, Field } from './field';

export interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** For password managers; `current-password` unless told. */
  readonly autoComplete?: 'current-password' | 'new-password';
  readonly isDisabled?: boolean;
}

/** A password that can be shown. Paste and password managers work; nothing is corrected or capitalised. */
export function PasswordField(props: PasswordFieldProps): ReactNode {
  const { label, value, onChange, hint, error, autoComplete = 'current-password', isDisabled = false } = props;
  const text = useText();
  const [isShown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="relative">
          <input
            {...control}
            type={isShown ? 'text' : 'password'}
            name="password"
            className={`${controlLook} pe-12`}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            autoComplete={autoComplete}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            disabled={isDisabled}
            maxLength={1024}
          />
          <button
            type="button"
            className="absolute inset-y-0 end-0 flex w-11 items-center justify-center rounded-e-xl text-muted hover:text-text"
            aria-label={text(isShown ? 'ui.hide-password' : 'ui.show-password')}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
            disabled={isDisabled}
          >
            {isShown ? <EyeOff aria-hidden="true" className="size-5" /> : <Eye aria-hidden="true" className="size-5" />}
          </button>
        </div>
      )}
    </Field>
  );
}
