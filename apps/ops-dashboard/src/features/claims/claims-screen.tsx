import type { Claims } from '@coffer/contracts';
import { Alert } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { formatCount, formatSpan } from '../figures/format';
import { Instant } from '../figures/instant';
import { Panel } from '../figures/panel';

/** What this deployment tells everybody that it can and cannot promise. */
export function ClaimsScreen({ claims }: { readonly claims: Claims }): ReactNode {
  return (
    <>
      {claims.deviations.length > 0 && (
        <Alert tone="warning" title="Weaker than documented">
          <List items={claims.deviations} />
        </Alert>
      )}
      <Panel title="Promises" hint="Public, at /v1/claims; computed from the configuration, not written by hand.">
        <ul className="flex flex-col divide-y divide-line">
          {claims.promises.map(({ id, holds, text, conditions }) => (
            <li key={id} className="flex flex-col gap-1 py-3 first:pt-0 last:pb-0">
              <p className="flex flex-wrap items-baseline gap-2">
                <span className="font-mono text-sm text-muted">{id}</span>
                <strong className={holds ? 'text-success' : 'text-danger'}>{holds ? 'holds' : 'does not hold'}</strong>
              </p>
              <p>{text}</p>
              {conditions.length > 0 && <List items={conditions} />}
            </li>
          ))}
        </ul>
      </Panel>
      <div className="grid gap-6 *:min-w-0 lg:grid-cols-2">
        <Panel title="Limits" hint="What nobody should rely on here.">
          {claims.limits.length === 0 ? <p className="text-muted">None named.</p> : <List items={claims.limits} />}
        </Panel>
        <Settings claims={claims} />
      </div>
      <Disclosures disclosures={claims.disclosures} />
    </>
  );
}

/** Who could obtain what, per kind of keyslot. */
function Disclosures({ disclosures }: Pick<Claims, 'disclosures'>): ReactNode {
  return (
    <Panel title="What can be handed over" hint="Or taken, per kind of keyslot.">
      <ul className="flex flex-col divide-y divide-line">
        {disclosures.map(({ party, always, digits, password, passkey }) => (
          <li key={party} className="flex flex-col gap-2 py-3 first:pt-0 last:pb-0">
            <strong>{party}</strong>
            <p>{always}</p>
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-[0.9375rem]">
              <Setting name="64-digit key">{digits}</Setting>
              <Setting name="Password">{password}</Setting>
              <Setting name="Passkey">{passkey}</Setting>
            </dl>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Settings({ claims }: { readonly claims: Claims }): ReactNode {
  const { guesses, waits, purge, sealing, anchors, witnesses } = claims;
  const delays = guesses.delaysSeconds.map((seconds) => (seconds === 0 ? '0' : formatSpan(seconds))).join(', ');
  return (
    <Panel title="Settings that bear on them">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 text-[0.9375rem]">
        <Setting name="Guesses">
          {formatCount(guesses.attempts)}; delays {delays}
        </Setting>
        <Setting name="New start">
          waits {formatSpan(waits.newStartSeconds)}, is open {formatSpan(waits.newStartOpenSeconds)}, undone within{' '}
          {formatSpan(waits.newStartUndoSeconds)}
        </Setting>
        <Setting name="Deletion">
          waits {formatSpan(waits.deletionSeconds)} where it is asked for without the key
        </Setting>
        <Setting name="Grace">
          {formatSpan(purge.graceSeconds)}; {formatSpan(purge.youngKeyGraceSeconds)} for a young owner key
        </Setting>
        <Setting name="Listings">{formatSpan(purge.listingGapSeconds)} apart</Setting>
        <Setting name="Sealing">
          {sealing.kind}, oldest key <Instant at={sealing.oldestKeyAt} from={claims.computedAt} />
        </Setting>
        <Setting name="Anchors">{anchors.map(({ kind, name }) => `${kind} ${name}`).join(', ') || 'none'}</Setting>
        <Setting name="Witnesses">{witnesses.map(({ name }) => name).join(', ') || 'none'}</Setting>
      </dl>
    </Panel>
  );
}

function Setting({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function List({ items }: { readonly items: readonly string[] }): ReactNode {
  return (
    <ul className="list-disc ps-5 text-[0.9375rem]">
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
