import type { FileFormat, FileKeyWanted } from '@coffer/device-protocol';
import { ChoiceCards, DigitsField, PasswordField, TextField } from '@coffer/web-ui';
import { FileKey2, Grid3x3 } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { FileField } from './file-field';
import type { KeyEntries } from './given-key';

/** What a person is asked for before a file of this format can be opened. */
export interface WantedKey {
  readonly format: FileFormat;
  readonly keyWanted: FileKeyWanted;
}

export interface KeyFieldsProps {
  readonly wanted: FileKeyWanted;
  readonly entries: KeyEntries;
  readonly onChange: (change: Partial<KeyEntries>) => void;
  readonly isDisabled: boolean;
}

/** The fields of the key that a file wants. */
export function KeyFields({ wanted, entries, onChange, isDisabled }: KeyFieldsProps): ReactNode {
  const common = { isDisabled };
  switch (wanted) {
    case 'none':
      return null;
    case 'whatsapp-backup-key':
      return (
        <>
          <ChoiceCards
            {...common}
            legend={text('open.which')}
            value={entries.way}
            onChange={(way) => onChange({ way, digits: '', keyFile: null })}
            choices={[
              {
                value: 'digits',
                title: text('open.digits'),
                detail: text('open.digits-detail'),
                icon: <Grid3x3 aria-hidden="true" className="size-4 text-accent" />,
              },
              {
                value: 'key-file',
                title: text('open.key-file'),
                detail: text('open.key-file-detail'),
                icon: <FileKey2 aria-hidden="true" className="size-4 text-accent" />,
              },
            ]}
          />
          {entries.way === 'digits' ? (
            <DigitsField
              {...common}
              label={text('open.digits-label')}
              hint={text('open.digits-hint')}
              value={entries.digits}
              onChange={(digits) => onChange({ digits })}
            />
          ) : (
            <FileField
              {...common}
              label={text('open.key-file-label')}
              hint={text('open.key-file-hint')}
              onFile={(keyFile) => onChange({ keyFile })}
            />
          )}
        </>
      );
    case 'whatsapp-key-file':
      return (
        <FileField
          {...common}
          label={text('open.key-file-label')}
          hint={text('open.phone-key-hint')}
          onFile={(keyFile) => onChange({ keyFile })}
        />
      );
    case 'signal-recovery-key':
      return (
        <>
          <PasswordField
            {...common}
            label={text('open.recovery-label')}
            hint={text('open.recovery-hint')}
            value={entries.recoveryKey}
            onChange={(recoveryKey) => onChange({ recoveryKey })}
          />
          <TextField
            {...common}
            label={text('open.account-label')}
            hint={text('open.account-hint')}
            value={entries.accountId}
            onChange={(accountId) => onChange({ accountId })}
          />
          <FileField
            {...common}
            label={text('open.token-label')}
            hint={text('open.token-hint')}
            onFile={(token) => onChange({ token })}
          />
        </>
      );
    case 'signal-passphrase':
      return (
        <PasswordField
          {...common}
          label={text('open.passphrase-label')}
          hint={text('open.passphrase-hint')}
          value={entries.passphrase}
          onChange={(passphrase) => onChange({ passphrase })}
        />
      );
  }
}
