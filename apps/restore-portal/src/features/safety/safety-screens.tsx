'use client';

import type { DeviceClient } from '@coffer/device-protocol';
import type { ReactNode } from 'react';
import { KeyCheckScreen } from '../key-check/key-check-screen';
import { DeletionScreen } from '../last-resort/deletion-screen';
import { NewStartScreen } from '../last-resort/new-start-screen';
import { MessagesScreen } from '../messages/messages-screen';
import { RotationScreen } from '../rotation/rotation-screen';
import { SetupScreen } from '../setup/setup-screen';
import { safetySteps, type Step } from '../use-step';
import { SafetyScreen } from './safety-screen';

type SafetyStep = (typeof safetySteps)[number];

/** Whether a step is one of those about the account, which need a sign-in and no open backup. */
export function isOfSafety(step: Step): step is SafetyStep {
  return (safetySteps as readonly Step[]).includes(step);
}

export interface SafetyScreensProps {
  readonly device: DeviceClient;
  readonly step: SafetyStep;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onRotated: (keyIdHex: string) => void;
  readonly onGo: (step: Step, how?: 'push' | 'replace') => void;
}

/** The safety page and what it leads to. */
export function SafetyScreens({ device, step, openKeyIdHex, onRotated, onGo }: SafetyScreensProps): ReactNode {
  const shared = { device, openKeyIdHex, onBack: () => onGo('safety', 'replace'), onBackups: () => onGo('backups') };
  switch (step) {
    case 'safety':
      return (
        <SafetyScreen
          device={device}
          openKeyIdHex={openKeyIdHex}
          onRotation={() => onGo('rotation')}
          onMessages={() => onGo('messages')}
          onNewStart={() => onGo('new-start')}
          onDeletion={() => onGo('deletion')}
          onSetup={() => onGo('setup')}
          onKeyCheck={() => onGo('key-check')}
          onDrill={() => onGo('drill')}
          onBackups={shared.onBackups}
        />
      );
    case 'messages':
      return <MessagesScreen device={device} onBack={shared.onBack} />;
    case 'rotation':
      return <RotationScreen device={device} onBack={shared.onBack} onRotated={onRotated} />;
    case 'new-start':
      return <NewStartScreen {...shared} />;
    case 'deletion':
      return <DeletionScreen {...shared} />;
    case 'setup':
      return <SetupScreen device={device} onBackups={() => onGo('backups', 'replace')} />;
    case 'key-check':
      return <KeyCheckScreen device={device} openKeyIdHex={openKeyIdHex} onBack={shared.onBack} />;
  }
}
