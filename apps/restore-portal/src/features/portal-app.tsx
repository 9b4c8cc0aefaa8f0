'use client';

import { csrfHeaderName, type BackupSummary, type DeviceClient, type GuessBudget } from '@coffer/device-protocol';
import { Skeleton, TextProvider } from '@coffer/web-ui';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { z } from 'zod';
import { english } from '../messages/english';
import { locale, text } from '../messages/text';
import { BackupsScreen } from './backups/backups-screen';
import { DeviceAlert } from './device/device-alert';
import { useDevice } from './device/use-device';
import { DrillScreen } from './drill/drill-screen';
import { PasskeyScreen } from './passkey/passkey-screen';
import { ReaderScreen } from './reader/reader-screen';
import { isOfSafety, SafetyScreens } from './safety/safety-screens';
import { AppShell } from './shell/app-shell';
import { UnlockScreen } from './unlock/unlock-screen';
import { useStep } from './use-step';

export interface PortalAppProps {
  readonly displayName: string;
  readonly csrfToken: string;
}

/** The portal of who is signed in. Everything that is opened lives in the device and in the memory of this page. */
export function PortalApp({ displayName, csrfToken }: PortalAppProps): ReactNode {
  const started = useDevice(csrfToken);
  const signOut = useCallback(() => void leave(csrfToken), [csrfToken]);
  if (started.state === 'ready') {
    return (
      <TextProvider locale={locale} table={english}>
        <Screens device={started.device} displayName={displayName} onSignOut={signOut} />
      </TextProvider>
    );
  }
  return (
    <AppShell displayName={displayName} onLock={null} onSignOut={signOut}>
      {started.state === 'starting' ? (
        <Skeleton label={text('backups.loading')} />
      ) : (
        <DeviceAlert error={started.error} />
      )}
    </AppShell>
  );
}

interface ScreensProps {
  readonly device: DeviceClient;
  readonly displayName: string;
  readonly onSignOut: () => void;
}

function Screens({ device, displayName, onSignOut }: ScreensProps): ReactNode {
  const [step, go] = useStep();
  const [chosen, setChosen] = useState<BackupSummary | null>(null);
  const [budget, setBudget] = useState<GuessBudget | null>(null);
  const [open, setOpen] = useState<BackupSummary | null>(null);
  const [conversationId, setConversationId] = useState<string | null>(null);

  useEffect(
    () =>
      device.onLocked(() => {
        setOpen(null);
        setConversationId(null);
        go('backups', 'replace');
      }),
    [device, go],
  );

  const openRepositoryId = open?.repositoryId ?? null;
  const shell = {
    displayName,
    onSignOut,
    navigation: {
      current: isOfSafety(step) ? 'safety' : 'backups',
      onBackups: () => go('backups'),
      onSafety: () => go('safety'),
    } as const,
    onLock: openRepositoryId === null ? null : () => void device.call('lock', {}),
    onAddPasskey: openRepositoryId === null || step === 'passkey' ? null : () => go('passkey'),
  };
  if (isOfSafety(step)) {
    return (
      <AppShell {...shell}>
        <SafetyScreens
          device={device}
          step={step}
          openKeyIdHex={open?.keyIdHex ?? null}
          onRotated={(keyIdHex) => setOpen((before) => (before === null ? null : { ...before, keyIdHex }))}
          onGo={go}
        />
      </AppShell>
    );
  }
  if (step === 'passkey' && openRepositoryId !== null) {
    return (
      <AppShell {...shell}>
        <PasskeyScreen
          device={device}
          displayName={displayName}
          onBack={() => go(conversationId === null ? 'reader' : 'chat', 'replace')}
        />
      </AppShell>
    );
  }
  if (step === 'drill' && openRepositoryId !== null) {
    return (
      <AppShell {...shell}>
        <DrillScreen device={device} repositoryId={openRepositoryId} onBack={() => window.history.back()} />
      </AppShell>
    );
  }
  if ((step === 'reader' || step === 'chat') && openRepositoryId !== null) {
    return (
      <AppShell {...shell} isFull>
        <ReaderScreen
          key={openRepositoryId}
          device={device}
          conversationId={step === 'chat' ? conversationId : null}
          onConversation={(id) => {
            setConversationId(id);
            go('chat', step === 'chat' ? 'replace' : 'push');
          }}
          onCloseConversation={() => {
            setConversationId(null);
            go('reader', 'replace');
          }}
          onDrill={() => go('drill')}
        />
      </AppShell>
    );
  }
  if (step === 'unlock' && chosen !== null && budget !== null) {
    return (
      <AppShell {...shell}>
        <UnlockScreen
          device={device}
          backup={chosen}
          budget={budget}
          onBudget={setBudget}
          onBack={() => go('backups', 'replace')}
          onOpened={() => {
            setOpen(chosen);
            setConversationId(null);
            go('reader', 'replace');
          }}
        />
      </AppShell>
    );
  }
  return (
    <AppShell {...shell}>
      <BackupsScreen
        device={device}
        openRepositoryId={openRepositoryId}
        onSetup={() => go('setup')}
        onDrill={() => go('drill')}
        onChoose={(backup, left) => {
          setChosen(backup);
          setBudget(left);
          go(backup.repositoryId === openRepositoryId ? 'reader' : 'unlock');
        }}
      />
    </AppShell>
  );
}

/** Ends the session here and at the provider. The page goes away, and with it whatever was open. */
async function leave(csrfToken: string): Promise<void> {
  try {
    const answer = await fetch('/auth/sign-out', { method: 'POST', headers: { [csrfHeaderName]: csrfToken } });
    const { location } = z.object({ location: z.url({ protocol: /^https?$/ }) }).parse(await answer.json());
    window.location.assign(location);
  } catch {
    window.location.reload();
  }
}
