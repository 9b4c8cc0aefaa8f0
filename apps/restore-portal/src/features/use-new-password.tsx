'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { PasswordField } from '@coffer/web-ui';
import { useEffect, useState, type ReactNode } from 'react';
import { text } from '../messages/text';

type Strength = DeviceResult<'ratePassword'>['strength'];

/** A new password on its way: typed twice, and rated by the device. */
export interface NewPassword {
  readonly password: string;
  /** Strong enough, and typed the same twice. */
  readonly isReady: boolean;
  /** The two fields. */
  fields(isDisabled: boolean): ReactNode;
  clear(): void;
}

/** A new password for the backups. It lives in the memory of the page until it is cleared. */
export function useNewPassword(device: DeviceClient): NewPassword {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const strength = useStrength(device, password);
  const isWeak = strength === 'refused';
  return {
    password,
    isReady: strength !== null && !isWeak && again === password,
    clear: () => {
      setPassword('');
      setAgain('');
    },
    fields: (isDisabled) => (
      <>
        <PasswordField
          label={text('new-password.label')}
          hint={strength === null || isWeak ? text('new-password.hint') : text(`new-password.${strength}`)}
          error={isWeak ? text('new-password.refused') : undefined}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          isDisabled={isDisabled}
        />
        <PasswordField
          label={text('new-password.again')}
          error={again.length >= password.length && again !== password ? text('new-password.differs') : undefined}
          value={again}
          onChange={setAgain}
          autoComplete="new-password"
          isDisabled={isDisabled}
        />
      </>
    ),
  };
}

/** How the password would fare, once the person stops typing; null before. The device rates it, and it goes nowhere. */
function useStrength(device: DeviceClient, password: string): Strength | null {
  const [rated, setRated] = useState<{ readonly of: string; readonly strength: Strength } | null>(null);
  useEffect(() => {
    if (password === '') return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      device.call('ratePassword', { password }, { signal: controller.signal }).then(
        ({ strength }) => setRated({ of: password, strength }),
        () => undefined,
      );
    }, 300);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [device, password]);
  return rated !== null && rated.of === password ? rated.strength : null;
}
