'use client';

import { useLayoutEffect, useRef, type ClipboardEvent, type ReactNode } from 'react';
import { useText } from '../text/text-provider';
import { digitCount, digitsFromPaste, groupDigits, normalizeDigits, onlyDigits } from './digits-text';
import { controlLook, Field } from './field';

const emptyGroups = Array.from({ length: digitCount / 4 }, () => '····').join(' ');

export interface DigitsFieldProps {
  readonly label: string;
  /** Digits in groups, as `onChange` gave them. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  /** Shown only where all 64 digits are there: before that nothing can be said to be wrong. */
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
}

/**
 * The 64-digit key: one field that shows 16 groups of 4. Illegal characters are stripped as they come, a paste is always
 * taken, and nothing is called wrong before 64 digits are there.
 */
export function DigitsField({ label, value, onChange, hint, error, isDisabled = false }: DigitsFieldProps): ReactNode {
  const text = useText();
  const area = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);
  const count = onlyDigits(value).length;

  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [value]);

  const take = (edited: string, at: number): void => {
    const next = normalizeDigits(edited, at);
    caret.current = next.caret;
    if (next.text === value && area.current !== null) {
      // React would put an unchanged value back by itself, and send the caret to its end.
      area.current.value = value;
      area.current.setSelectionRange(next.caret, next.caret);
    }
    onChange(next.text);
  };

  const paste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    const pasted = digitsFromPaste(event.clipboardData.getData('text').slice(0, 8192));
    const before = value.slice(0, selectionStart);
    // A whole key replaces what is there; a part goes where the caret is.
    if (pasted.length >= digitCount) take(groupDigits(pasted), Number.MAX_SAFE_INTEGER);
    else take(before + pasted + value.slice(selectionEnd), before.length + pasted.length);
  };

  const tooLong = count > digitCount ? text('ui.digits-too-long', { count, extra: count - digitCount }) : undefined;
  return (
    <Field label={label} hint={hint} error={tooLong ?? (count === digitCount ? error : undefined)}>
      {(control) => (
        <div className="flex flex-col gap-1">
          <textarea
            {...control}
            ref={area}
            rows={4}
            dir="ltr"
            className={`${controlLook} max-w-[23ch] resize-none font-mono text-lg leading-9 tracking-wide`}
            placeholder={emptyGroups}
            value={value}
            onChange={(event) => take(event.currentTarget.value, event.currentTarget.selectionStart)}
            onPaste={paste}
            inputMode="text"
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            disabled={isDisabled}
          />
          <p aria-live="polite" className="text-sm text-muted tabular-nums">
            {text('ui.digits-progress', { count })}
          </p>
        </div>
      )}
    </Field>
  );
}
