'use client';

import type { BegunSetup, DeviceClient } from '@coffer/device-protocol';
import { Button } from '@coffer/web-ui';
import { Grid3x3 } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { KitButton } from './kit-button';

export interface RecordDigitsProps {
  readonly device: DeviceClient;
  readonly begun: BegunSetup;
  readonly onRecorded: () => void;
}

/** The digits of the new key with their check letters, to be recorded. */
export function RecordDigits({ device, begun, onRecorded }: RecordDigitsProps): ReactNode {
  return (
    <Card id="record-title" title={text('setup.record')} icon={<Grid3x3 />} lead={text('setup.record-lead')}>
      <ol dir="ltr" className="flex flex-col gap-2 rounded-xl bg-sunken p-4 font-mono text-base sm:text-xl">
        {begun.rows.map(({ groups, check }, row) => (
          <li
            key={row}
            aria-label={text('setup.row', { number: row + 1 })}
            className="flex flex-wrap gap-x-3 sm:gap-x-4"
          >
            {groups.map((group, at) => (
              <span key={at}>{group}</span>
            ))}
            <span className="text-muted">{check}</span>
          </li>
        ))}
      </ol>
      <KitButton device={device} keyIdHex={begun.keyIdHex} />
      <div className="flex">
        <Button variant="primary" onClick={onRecorded}>
          {text('setup.recorded')}
        </Button>
      </div>
    </Card>
  );
}
