import type { BackupEngineErrorCode } from '@coffer/backup-engine';
import type { BackupFormatError } from '@coffer/backup-format';
import type { ChatFormatError } from '@coffer/chat-formats';
import type { ChatModelError } from '@coffer/chat-model';
import type { CryptoError } from '@coffer/crypto';
import type { DeviceCryptoErrorCode } from '@coffer/device-crypto';
import type { EvidenceErrorCode } from '@coffer/evidence';
import type { EncodingError } from '@coffer/foundation';
import type { ObjectStoreErrorCode } from '@coffer/object-store';
import type { VaultClientErrorCode } from '@coffer/vault-client';
import type { LedgerError, VaultDeviceError } from '@coffer/vault-device';

import type { OutputError } from '../files/new-output';
import type { HomeError } from '../home/home-error';
import type { KeyFileError } from '../keys/key-file';
import type { PurgeError } from '../purge/purge-error';
import type { ScheduleError } from '../schedule/schedule-error';
import type { SessionError } from '../session/session-error';
import type { SetupError } from '../setup/setup-error';
import type { IncompleteError } from './incomplete-error';
import type { UsageError } from './usage-error';

/** What the operating system and this program itself say. */
type OwnCode =
  | 'interrupted'
  | 'unexpected'
  | 'not-found'
  | 'access-denied'
  | 'is-a-folder'
  | 'no-folder'
  | 'disk-full'
  | 'read-only'
  | 'too-many-files'
  | 'unreachable';

/** Every code that an error of this program can have: the unions of all libs that it is made of, and its own. */
export type KnownCode =
  | BackupEngineErrorCode
  | BackupFormatError['code']
  | ChatFormatError['code']
  | ChatModelError['code']
  | CryptoError['code']
  | DeviceCryptoErrorCode
  | EvidenceErrorCode
  | EncodingError['code']
  | ObjectStoreErrorCode
  | VaultClientErrorCode
  | VaultDeviceError['code']
  | IncompleteError['code']
  | OutputError['code']
  | HomeError['code']
  | KeyFileError['code']
  | LedgerError['code']
  | PurgeError['code']
  | ScheduleError['code']
  | SessionError['code']
  | SetupError['code']
  | UsageError['code']
  | OwnCode;
