import { Field } from '@coffer/web-ui';
import { useMemo, type ReactNode } from 'react';
import { text } from '../../messages/text';

/** The zone in which this browser is; UTC where it does not say. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export interface ZoneFieldProps {
  readonly value: string;
  readonly onChange: (zone: string) => void;
  readonly isDisabled: boolean;
}

/** One of the zones that the browser knows. */
export function ZoneField({ value, onChange, isDisabled }: ZoneFieldProps): ReactNode {
  const zones = useMemo(() => [...new Set([ownTimeZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort(), []);
  return (
    <Field label={text('open.zone-label')} hint={text('open.zone-hint')}>
      {(control) => (
        <select
          {...control}
          value={value}
          disabled={isDisabled}
          onChange={(event) => onChange(event.currentTarget.value)}
          className="w-full max-w-md rounded-xl border border-edge bg-surface px-3 py-2.5"
        >
          {zones.map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll('_', ' ')}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
