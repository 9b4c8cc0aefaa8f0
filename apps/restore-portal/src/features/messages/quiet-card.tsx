'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Button, Checkbox, TextField } from '@coffer/web-ui';
import { Moon } from 'lucide-react';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';

type Settings = DeviceResult<'getNoticeSettings'>;
type Topic = Settings['muted'][number];

const topics: readonly Topic[] = ['purge', 'reminders'];

export interface QuietCardProps {
  readonly device: DeviceClient;
  readonly settings: Settings;
}

/** Quiet hours and silenced topics: what is about the key is told at once, whatever they say. */
export function QuietCard({ device, settings }: QuietCardProps): ReactNode {
  const { quietHours } = settings;
  const [isQuiet, setQuiet] = useState(quietHours !== null);
  const [from, setFrom] = useState(quietHours?.from ?? '22:00');
  const [to, setTo] = useState(quietHours?.to ?? '07:00');
  const [muted, setMuted] = useState<readonly Topic[]>(settings.muted);
  const save = useAct<Settings>();
  const timeZone = quietHours?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isSame = isQuiet && from === to;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isSame || from === '' || to === '') return;
    const preferences = { quietHours: isQuiet ? { from, to, timeZone } : null, muted: [...muted] };
    save.run(() => device.call('setNoticePreferences', preferences));
  };
  return (
    <Card id="quiet-title" title={text('quiet.title')} icon={<Moon />} lead={text('quiet.lead')}>
      <form method="post" onSubmit={submit} className="flex flex-col gap-4">
        {topics.map((topic) => (
          <Checkbox
            key={topic}
            label={text(`quiet.${topic}`)}
            isChecked={!muted.includes(topic)}
            onChange={(isTold) => setMuted(isTold ? muted.filter((one) => one !== topic) : [...muted, topic])}
          />
        ))}
        <Checkbox label={text('quiet.want')} isChecked={isQuiet} onChange={setQuiet} />
        {isQuiet && (
          <div className="flex flex-wrap items-start gap-x-4 gap-y-3 ps-8">
            <TextField
              label={text('quiet.from')}
              type="time"
              value={from}
              onChange={setFrom}
              isDisabled={save.isBusy}
            />
            <TextField
              label={text('quiet.to')}
              type="time"
              error={isSame ? text('quiet.same') : undefined}
              value={to}
              onChange={setTo}
              isDisabled={save.isBusy}
            />
            <p className="w-full text-sm text-muted">{text('quiet.zone', { zone: timeZone })}</p>
          </div>
        )}
        {save.error !== null && <DeviceAlert error={save.error} />}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" isBusy={save.isBusy}>
            {text('quiet.save')}
          </Button>
          <p role="status" className="text-sm text-success">
            {save.result !== null && text('quiet.saved')}
          </p>
        </div>
      </form>
    </Card>
  );
}
