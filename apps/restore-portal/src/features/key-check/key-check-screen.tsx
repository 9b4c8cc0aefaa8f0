'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import {
  Alert,
  Button,
  ChoiceCards,
  digitCount,
  DigitsField,
  Field,
  formatInstant,
  onlyDigits,
  PasswordField,
  Skeleton,
} from '@coffer/web-ui';
import { Grid3x3, KeyRound, ShieldQuestion } from 'lucide-react';
import { useCallback, useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { useCall } from '../device/use-call';
import { ScreenHeading } from '../screen-heading';

type Secret = 'digits' | 'password';
type Checked = DeviceResult<'checkSecret'>;

export interface KeyCheckScreenProps {
  readonly device: DeviceClient;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onBack: () => void;
}

/** Whether the person still has the secret: asked while it can still be replaced. */
export function KeyCheckScreen({ device, openKeyIdHex, onBack }: KeyCheckScreenProps): ReactNode {
  const asked = useCall(
    useCallback((options: DeviceCallOptions) => ask(device, openKeyIdHex, options), [device, openKeyIdHex]),
  );
  return (
    <div className="flex flex-col gap-6">
      <ScreenHeading id="check-title" title={text('check.title')} back={{ label: text('safety.back'), onBack }}>
        <p className="text-muted">{text('check.lead')}</p>
      </ScreenHeading>
      {asked.state === 'running' && <Skeleton label={text('keyslots.loading')} rows={2} />}
      {asked.state === 'failed' && <DeviceAlert error={asked.error} onRetry={asked.again} />}
      {asked.state === 'done' && <CheckForm device={device} {...asked.result} />}
    </div>
  );
}

interface Asked {
  readonly secrets: readonly Secret[];
  /** Two groups of the digits where the device holds the key; else all of them are asked for. */
  readonly groups: readonly number[] | null;
}

async function ask(device: DeviceClient, openKeyIdHex: string | null, options: DeviceCallOptions): Promise<Asked> {
  const { keyIdHex, keyslots } = await device.call('readAccount', {}, options);
  const secrets = (['digits', 'password'] as const).filter((kind) => keyslots.some((keyslot) => keyslot.kind === kind));
  const isHeld = openKeyIdHex !== null && openKeyIdHex === keyIdHex;
  return { secrets, groups: isHeld ? (await device.call('askGroups', {}, options)).groups : null };
}

function CheckForm({ device, secrets, groups }: Asked & { readonly device: DeviceClient }): ReactNode {
  const [secret, setSecret] = useState<Secret>(secrets[0] ?? 'digits');
  const [typed, setTyped] = useState<readonly string[]>(['', '']);
  const check = useAct<Checked>(() => setTyped(['', '']));
  const [first = ''] = typed;
  const byGroups = secret === 'digits' && groups !== null;
  const isReady = byGroups
    ? typed.every((group) => onlyDigits(group).length === 4)
    : secret === 'digits'
      ? onlyDigits(first).length === digitCount
      : first !== '';
  const run = (): Promise<Checked> =>
    device.call(
      'checkSecret',
      byGroups
        ? { by: 'groups', typed: [...typed] }
        : secret === 'digits'
          ? { by: 'digits', digits: first }
          : { by: 'password', password: first },
    );
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) check.run(run);
  };
  const edit = (at: number, value: string): void => setTyped(typed.map((old, index) => (index === at ? value : old)));
  if (check.result?.isRight === true) return <Right checked={check.result} />;
  return (
    <Card id="secret-title" title={text('check.try')} icon={<ShieldQuestion />}>
      <form method="post" onSubmit={submit} className="flex flex-col gap-5">
        {secrets.length > 1 && (
          <ChoiceCards
            legend={text('check.which')}
            value={secret}
            isDisabled={check.isBusy}
            onChange={(next) => {
              setSecret(next);
              setTyped(['', '']);
            }}
            choices={[
              { value: 'digits', title: text('backups.slot-digits'), icon: <Grid3x3 /> },
              { value: 'password', title: text('backups.slot-password'), icon: <KeyRound /> },
            ]}
          />
        )}
        {byGroups &&
          groups.map((group, at) => (
            <GroupField key={group} {...{ group, value: typed[at] ?? '', onChange: (value) => edit(at, value) }} />
          ))}
        {secret === 'digits' && !byGroups && (
          <DigitsField
            label={text('unlock.digits-label')}
            hint={text('check.digits-hint')}
            value={first}
            onChange={(value) => edit(0, value)}
          />
        )}
        {secret === 'password' && (
          <PasswordField
            label={text('unlock.password-label')}
            hint={text('check.password-hint')}
            value={first}
            onChange={(value) => edit(0, value)}
          />
        )}
        {check.result?.isRight === false && (
          <Alert tone="warning" title={text('check.wrong')}>
            <p>{text('check.wrong-text')}</p>
            {check.result.shouldOfferKeyslot && <p className="mt-1">{text('check.offer')}</p>}
          </Alert>
        )}
        {check.error !== null && <DeviceAlert error={check.error} returnTo="key-check" />}
        <div className="flex">
          <Button type="submit" variant="primary" isBusy={check.isBusy} disabled={!check.isBusy && !isReady}>
            {text('check.act')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

interface GroupFieldProps {
  readonly group: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Four digits of the key. */
function GroupField({ group, value, onChange }: GroupFieldProps): ReactNode {
  return (
    <Field label={text('check.group', { number: group })} hint={text('check.groups-hint')}>
      {(control) => (
        <input
          {...control}
          dir="ltr"
          className="min-h-11 w-28 rounded-xl border border-edge bg-surface px-3 font-mono text-lg"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          maxLength={9}
        />
      )}
    </Field>
  );
}

function Right({ checked: { nextCheckAt } }: { readonly checked: Checked }): ReactNode {
  return (
    <Alert tone="success" title={text('check.right')}>
      {nextCheckAt !== null && text('check.right-text', { date: formatInstant(Date.parse(nextCheckAt), locale) })}
    </Alert>
  );
}
