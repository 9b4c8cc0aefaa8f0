import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import {
  at,
  claimFigures,
  jobFigures,
  ledgerFigures,
  purgeFigures,
  storageFigures,
  vaultFigures,
} from '../../test/ops-figures';
import { ClaimsScreen } from './claims/claims-screen';
import { JobsScreen } from './jobs/jobs-screen';
import { LedgerScreen } from './ledger/ledger-screen';
import { PurgeScreen } from './purge/purge-screen';
import { RetryScreen } from './purge/retry-screen';
import { StorageScreen } from './storage/storage-screen';
import { VaultScreen } from './vault/vault-screen';

/** The text of a screen, without its markup. */
function textOf(screen: ReactNode): string {
  return renderToStaticMarkup(screen)
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

const noFilters = { account: undefined, kind: undefined, cursor: undefined };

describe('VaultScreen', () => {
  it('says first that the vault is sealed when it is', () => {
    const sealed = { isSealed: true, reason: 'The tree is broken.', accounts: 2 };
    const text = textOf(<VaultScreen vault={{ ...vaultFigures, sealed }} health={null} />);
    expect(text).toContain('The vault is sealed');
    expect(text).toContain('The tree is broken.');
    expect(text).toContain('2 accounts are sealed');
    expect(text).toContain('The readiness checks could not be asked.');
  });

  it.each([null, 3])('says that guesses are refused when the anchor lag is %s', (lagSeconds) => {
    const anchor = { ...vaultFigures.anchor, lagSeconds };
    expect(textOf(<VaultScreen vault={{ ...vaultFigures, anchor }} health={null} />)).toContain(
      'late: guesses are refused',
    );
  });

  it('says that nothing was measured or guessed when it was not', () => {
    const text = textOf(<VaultScreen vault={{ ...vaultFigures, requests: null, series: [] }} health={null} />);
    expect(text).toContain('No request has been answered yet.');
    expect(text).toContain('No guess was made in this window.');
  });
});

describe('PurgeScreen', () => {
  it('raises an alarm when found differs from the sum of the buckets', () => {
    const text = textOf(<PurgeScreen purge={{ ...purgeFigures, isConserved: false }} />);
    expect(text).toContain('Found objects and the sum of the buckets differ');
  });

  it('says so when nothing was found', () => {
    const text = textOf(<PurgeScreen purge={{ ...purgeFigures, states: [], providers: [], jobs: [] }} />);
    expect(text).toContain('No plaintext backup has been found yet.');
    expect(text).toContain('No account has a purge.');
  });
});

describe('JobsScreen', () => {
  it('says so when there is no queue and no failure', () => {
    const text = textOf(<JobsScreen jobs={{ at, queues: [], failures: [] }} />);
    expect(text).toContain('No queue yet');
    expect(text).toContain('No job has failed.');
    expect(textOf(<JobsScreen jobs={jobFigures} />)).toContain('nothing waits');
  });
});

describe('StorageScreen', () => {
  it('raises an alarm when the store is away', () => {
    const store = { kind: 's3', isReachable: false };
    expect(textOf(<StorageScreen storage={{ ...storageFigures, store }} />)).toContain(
      'The object store does not answer',
    );
  });

  it('shows what was counted and when, and says where nothing was counted yet', () => {
    expect(textOf(<StorageScreen storage={storageFigures} />)).toContain('not counted yet');
    const counted = { objects: 48_213, bytes: 3_210_000_000, countedAt: storageFigures.at };
    const text = textOf(<StorageScreen storage={{ ...storageFigures, ...counted }} />);
    expect(text).toContain('48,213');
    expect(text).toContain('3.21 GB');
    expect(text).not.toContain('not counted');
  });
});

describe('LedgerScreen', () => {
  const screen = (check: Partial<typeof ledgerFigures.check>) => (
    <LedgerScreen
      ledger={{ ...ledgerFigures, events: [], checkpoint: null, check: { ...ledgerFigures.check, ...check } }}
      query={noFilters}
      isAddressWrong={false}
    />
  );

  it('raises an alarm when the last check found a difference', () => {
    expect(textOf(screen({ holds: false }))).toContain('The last check found a difference');
  });

  it('says so when there was no check and no event yet', () => {
    const text = textOf(screen({ holds: null, checkedAt: null }));
    expect(text).toContain('none yet');
    expect(text).toContain('No event fits these filters');
  });

  it('leads on to the next page and back to the first', () => {
    const markup = renderToStaticMarkup(
      <LedgerScreen
        ledger={{ ...ledgerFigures, nextCursor: 'c2' }}
        query={{ ...noFilters, kind: 'guess', cursor: 'c1' }}
        isAddressWrong={false}
      />,
    );
    expect(markup).toContain('href="/ledger?cursor=c2&amp;kind=guess"');
    expect(markup).toContain('href="/ledger?kind=guess"');
  });
});

describe('ClaimsScreen', () => {
  it('names what does not hold and what is missing', () => {
    const text = textOf(<ClaimsScreen claims={{ ...claimFigures, limits: [], deviations: [] }} />);
    expect(text).toContain('P5 does not hold');
    expect(text).toContain('None named.');
    expect(text).not.toContain('Weaker than documented');
  });
});

describe('RetryScreen', () => {
  it.each([
    ['reason-missing', 'Give a reason'],
    ['not-confirmed', 'Type the word retry'],
    ['precondition-failed', 'not failed any more'],
    ['unreachable', 'The vault did not take it'],
  ])('says what is missing when the outcome is %s', (outcome, words) => {
    expect(textOf(<RetryScreen objectId="o" csrfToken="c" outcome={outcome} />)).toContain(words);
  });
});

describe('every screen', () => {
  it('carries no style attribute and no inline handler, which the policy would refuse', () => {
    const markup = renderToStaticMarkup(
      <>
        <VaultScreen vault={vaultFigures} health={null} />
        <PurgeScreen purge={purgeFigures} />
        <JobsScreen jobs={jobFigures} />
        <StorageScreen storage={storageFigures} />
        <LedgerScreen ledger={ledgerFigures} query={noFilters} isAddressWrong={false} />
        <ClaimsScreen claims={claimFigures} />
      </>,
    );
    expect(markup).not.toMatch(/\sstyle=|\son[a-z]+=|<script/);
  });
});
