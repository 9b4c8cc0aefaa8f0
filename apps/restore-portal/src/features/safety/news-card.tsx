'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Button, formatInstant, Skeleton } from '@coffer/web-ui';
import { BellRing, Newspaper } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';

type Notice = DeviceResult<'listNotices'>['notices'][number];

/** Entries that are shown before the others are asked for. */
const shownAtFirst = 4;

export interface NewsCardProps {
  readonly device: DeviceClient;
  readonly onMessages: () => void;
}

/** The account's feed: what the vault tells of, newest first. */
export function NewsCard({ device, onMessages }: NewsCardProps): ReactNode {
  const first = useCall(
    useCallback((options: DeviceCallOptions) => device.call('listNotices', { cursor: null }, options), [device]),
  );
  return (
    <Card id="news-title" title={text('news.title')} icon={<Newspaper />}>
      {first.state === 'running' && <Skeleton label={text('news.loading')} rows={2} />}
      {first.state === 'failed' && <DeviceAlert error={first.error} onRetry={first.again} />}
      {first.state === 'done' && <Feed device={device} first={first.result} />}
      <div className="-ms-3 flex sm:-ms-4">
        <Button variant="quiet" onClick={onMessages}>
          <BellRing aria-hidden="true" className="size-4 shrink-0" />
          {text('news.channels')}
        </Button>
      </div>
    </Card>
  );
}

function Feed({ device, first }: { readonly device: DeviceClient; readonly first: DeviceResult<'listNotices'> }) {
  const [{ notices, nextCursor }, setPages] = useState(first);
  const [shown, setShown] = useState(shownAtFirst);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const more = async (): Promise<void> => {
    setError(null);
    if (shown >= notices.length && nextCursor !== null) {
      setBusy(true);
      try {
        const page = await device.call('listNotices', { cursor: nextCursor });
        setPages({ notices: [...notices, ...page.notices], nextCursor: page.nextCursor });
      } catch (failure) {
        setError(failure);
        return;
      } finally {
        setBusy(false);
      }
    }
    setShown(shown + 20);
  };

  if (notices.length === 0) return <p className="text-muted">{text('news.none')}</p>;
  return (
    <>
      <ul aria-labelledby="news-title" className="flex flex-col divide-y divide-line">
        {notices.slice(0, shown).map((notice) => (
          <Entry key={notice.noticeId} notice={notice} />
        ))}
      </ul>
      {error !== null && <DeviceAlert error={error} onRetry={() => void more()} />}
      {(shown < notices.length || nextCursor !== null) && (
        <div className="flex">
          <Button isBusy={isBusy} onClick={() => void more()}>
            {text('news.more')}
          </Button>
        </div>
      )}
    </>
  );
}

function Entry({ notice: { at, severity, title, text: words } }: { readonly notice: Notice }): ReactNode {
  return (
    <li className="flex flex-col gap-1 py-3 first:pt-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-0.5">
        <h3 className="font-medium">
          {severity !== 'info' && (
            <span
              className={`me-2 rounded-full px-2 py-0.5 text-sm ${severity === 'urgent' ? 'bg-danger-soft text-danger' : 'bg-warning-soft text-warning'}`}
            >
              {text(`news.${severity}`)}
            </span>
          )}{' '}
          {title}
        </h3>
        <span className="text-sm text-muted tabular-nums">{formatInstant(Date.parse(at), locale)}</span>
      </div>
      <p className="text-[0.9375rem] leading-relaxed text-muted">{words}</p>
    </li>
  );
}
