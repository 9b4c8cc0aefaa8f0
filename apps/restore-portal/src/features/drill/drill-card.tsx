import type { CheckedLedger } from '@coffer/device-protocol';
import { Button } from '@coffer/web-ui';
import { LifeBuoy } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { Card } from '../card';
import type { CallState } from '../device/use-call';
import { LastProof } from './last-proof';

export interface DrillCardProps {
  readonly check: CallState<CheckedLedger>;
  /** Whether a backup is open in this tab. */
  readonly isOpen: boolean;
  readonly onDrill: () => void;
  readonly onBackups: () => void;
}

/** The last proof of the account, by its verified ledger, and the way to a new one. */
export function DrillCard({ check, isOpen, onDrill, onBackups }: DrillCardProps): ReactNode {
  return (
    <Card id="drill-card-title" title={text('drill.card')} icon={<LifeBuoy />} lead={text('drill.card-lead')}>
      {check.state === 'done' && (
        <LastProof at={check.result.entries.findLast(({ kind }) => kind === 'proof-accepted')?.at ?? null} />
      )}
      {!isOpen && <p className="text-sm text-muted">{text('drill.card-locked')}</p>}
      <div className="flex">
        <Button onClick={isOpen ? onDrill : onBackups}>{text(isOpen ? 'drill.open' : 'drill.card-open')}</Button>
      </div>
    </Card>
  );
}
