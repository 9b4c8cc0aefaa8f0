'use client';

import type { DeviceCallOptions, DeviceClient, DeviceResult, HeldKeyslot } from '@coffer/device-protocol';
import { formatDuration, Skeleton } from '@coffer/web-ui';
import { BadgeCheck, CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useCallback, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';

type Claims = DeviceResult<'getClaims'>;

export interface ClaimsCardProps {
  readonly device: DeviceClient;
  /** The ways to the key that the account has: what could be had with each of them is told. */
  readonly kinds: readonly HeldKeyslot['kind'][];
}

/** What this deployment can and cannot promise, as it says itself, from its configuration. */
export function ClaimsCard({ device, kinds }: ClaimsCardProps): ReactNode {
  const claims = useCall(useCallback((options: DeviceCallOptions) => device.call('getClaims', {}, options), [device]));
  return (
    <Card id="claims-title" title={text('claims.title')} icon={<BadgeCheck />}>
      {claims.state === 'running' && <Skeleton label={text('claims.loading')} rows={2} />}
      {claims.state === 'failed' && <DeviceAlert error={claims.error} onRetry={claims.again} />}
      {claims.state === 'done' && (
        <>
          <Promises promises={claims.result.promises} />
          {claims.result.deviations.length > 0 && (
            <div className="flex flex-col gap-1 rounded-xl bg-warning-soft p-4">
              <h3 className="flex items-center gap-2.5 font-semibold">
                <TriangleAlert aria-hidden="true" className="size-5 text-warning" />
                {text('claims.deviations')}
              </h3>
              <Sentences of={claims.result.deviations} />
            </div>
          )}
          <Folded title={text('claims.limits')}>
            <Sentences of={claims.result.limits} />
          </Folded>
          <Folded title={text('claims.figures')}>
            <Figures claims={claims.result} />
          </Folded>
          <Folded title={text('claims.disclosures')}>
            <Disclosures disclosures={claims.result.disclosures} kinds={kinds} />
          </Folded>
        </>
      )}
    </Card>
  );
}

function Promises({ promises }: Pick<Claims, 'promises'>): ReactNode {
  return (
    <ul className="flex flex-col gap-3">
      {promises.map(({ id, holds, text: promise, conditions }) => (
        <li key={id} className="flex gap-3">
          {holds ? (
            <CircleCheck aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-success" />
          ) : (
            <CircleX aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-danger" />
          )}
          <div className="flex min-w-0 flex-col gap-0.5">
            <p>
              <span className="sr-only">{text(holds ? 'claims.holds' : 'claims.not')} </span>
              {promise}
            </p>
            {conditions.map((condition) => (
              <p key={condition} className="text-sm leading-relaxed text-muted">
                {condition}
              </p>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Figures({ claims }: { readonly claims: Claims }): ReactNode {
  const { guesses, waits, anchors, witnesses } = claims;
  const listed = (names: readonly string[]): string => names.join(', ') || text('claims.none');
  const rows = [
    [text('claims.guesses'), String(guesses.attempts)],
    [text('claims.new-start'), formatDuration(waits.newStartSeconds, text)],
    [text('claims.undo'), formatDuration(waits.newStartUndoSeconds, text)],
    [text('claims.deletion'), formatDuration(waits.deletionSeconds, text)],
    [text('claims.anchors'), listed(anchors.map(({ name }) => name))],
    [text('claims.witnesses'), listed(witnesses.map(({ name }) => name))],
  ] as const;
  return (
    <dl className="flex flex-col divide-y divide-line">
      {rows.map(([name, value]) => (
        <div key={name} className="flex flex-wrap justify-between gap-x-4 py-2">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Disclosures({ disclosures, kinds }: Pick<Claims, 'disclosures'> & Pick<ClaimsCardProps, 'kinds'>): ReactNode {
  return (
    <ul className="flex flex-col gap-4">
      {disclosures.map((disclosure) => (
        <li key={disclosure.party} className="flex flex-col gap-1">
          <p className="font-medium">{disclosure.party}</p>
          <p className="text-[0.9375rem] leading-relaxed text-muted">{disclosure.always}</p>
          {kinds.map((kind) => (
            <p key={kind} className="text-[0.9375rem] leading-relaxed text-muted">
              <span className="text-text">{text('claims.with', { way: text(`way.${kind}`) })}</span> {disclosure[kind]}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Sentences({ of }: { readonly of: readonly string[] }): ReactNode {
  return (
    <ul className="flex list-disc flex-col gap-1.5 ps-5 text-[0.9375rem] leading-relaxed marker:text-muted">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function Folded({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <details className="group rounded-xl bg-sunken px-4">
      <summary className="min-h-11 cursor-pointer content-center font-medium">{title}</summary>
      <div className="pt-1 pb-4">{children}</div>
    </details>
  );
}
