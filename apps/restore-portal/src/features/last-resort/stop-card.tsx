import { Button } from '@coffer/web-ui';
import { Hand } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';

export interface StopCardProps {
  readonly title: string;
  /** How it ends without this page: by the password, and by the key. */
  readonly ways: readonly string[];
  readonly action: string;
  readonly isBusy: boolean;
  /** Signs with the key of the open backup; null where none is open. */
  readonly onStop: (() => void) | null;
  readonly onBackups: () => void;
}

/** How the owner ends what somebody asked for with a sign-in alone. */
export function StopCard({ title, ways, action, isBusy, onStop, onBackups }: StopCardProps): ReactNode {
  return (
    <Card id="stop-title" title={title} icon={<Hand />}>
      {onStop === null ? (
        <ul className="flex list-disc flex-col gap-2 ps-5 leading-relaxed marker:text-accent">
          {ways.map((way) => (
            <li key={way}>{way}</li>
          ))}
        </ul>
      ) : (
        <p className="leading-relaxed">{text('start.stop-ready')}</p>
      )}
      <div className="flex">
        {onStop === null ? (
          <Button onClick={onBackups}>{text('unlock.back')}</Button>
        ) : (
          <Button variant="primary" isBusy={isBusy} onClick={onStop}>
            {action}
          </Button>
        )}
      </div>
    </Card>
  );
}
