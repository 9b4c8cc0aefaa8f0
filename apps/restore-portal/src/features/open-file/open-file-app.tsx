'use client';

import { maximumFiles, type DeviceCallOptions, type DeviceClient, type DeviceResult } from '@coffer/device-protocol';
import { Button, ButtonLink, ProgressBar, Skeleton, TextProvider } from '@coffer/web-ui';
import { ArrowLeft, X } from 'lucide-react';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { english } from '../../messages/english';
import { locale, text } from '../../messages/text';
import { useAct } from '../device/use-act';
import { useDevice } from '../device/use-device';
import { shownHits } from '../reader/chat-search';
import { ChatsPane } from '../reader/chats-pane';
import { ScreenHeading } from '../screen-heading';
import { Mark } from '../shell/mark';
import { PageFrame } from '../shell/page-frame';
import { useStep } from '../use-step';
import { ChooseFile } from './choose-file';
import { FileAlert } from './file-alert';
import { FileSummary } from './file-summary';
import { KeyForm } from './key-form';
import type { WantedKey } from './key-fields';
import { SaveChat } from './save-chat';
import { useFileDrop } from './use-file-drop';

/**
 * Opens a backup of another app. Each file has a device of its own, which holds no backup key of the visitor; letting go of the file
 * ends it, and with it everything that was read.
 */
export function OpenFileApp(): ReactNode {
  const [turn, setTurn] = useState(0);
  return (
    <TextProvider locale={locale} table={english}>
      <OneFile key={turn} onEnd={() => setTurn((before) => before + 1)} />
    </TextProvider>
  );
}

function OneFile({ onEnd }: { readonly onEnd: () => void }): ReactNode {
  const started = useDevice(null);
  const [chosen, setChosen] = useState<ChosenFiles | null>(null);
  const [opened, setOpened] = useState<DeviceResult<'openFile'> | null>(null);
  if (started.state === 'ready' && chosen !== null && opened !== null) {
    return (
      <Around isFull onClose={onEnd}>
        <OpenFile device={started.device} fileName={chosen.file.name} opened={opened} />
      </Around>
    );
  }
  return (
    <Around>
      <section aria-labelledby="open-title" className="flex flex-col gap-6">
        <ScreenHeading id="open-title" title={text('open.title')}>
          <p className="text-muted">{text('open.lead')}</p>
        </ScreenHeading>
        {started.state === 'starting' && <Skeleton label={text('open.starting')} />}
        {started.state === 'failed' && <FileAlert error={started.error} />}
        {started.state === 'ready' && (
          <Choosing device={started.device} chosen={chosen} onChosen={setChosen} onOpened={setOpened} onOther={onEnd} />
        )}
      </section>
    </Around>
  );
}

/** A backup, and the file with the names of people that was chosen with it. */
interface ChosenFiles {
  readonly file: File;
  readonly contacts: File | null;
}

interface ChoosingProps {
  readonly device: DeviceClient;
  readonly chosen: ChosenFiles | null;
  readonly onChosen: (chosen: ChosenFiles) => void;
  readonly onOpened: (opened: DeviceResult<'openFile'>) => void;
  readonly onOther: () => void;
}

/** Looks at what is chosen. What needs neither key nor answer is opened at once. */
function Choosing({ device, chosen, onChosen, onOpened, onOther }: ChoosingProps): ReactNode {
  const [wanted, setWanted] = useState<WantedKey | null>(null);
  const looking = useAct<WantedKey>();
  const isAsking = chosen !== null && wanted !== null;
  const choose = (all: readonly File[]): void => {
    const files = all.slice(0, maximumFiles);
    const [first] = files;
    if (first === undefined) return;
    onChosen({ file: first, contacts: null });
    setWanted(null);
    looking.run(async () => {
      const { backup, contacts, format, keyWanted } = await device.call('inspectFiles', { files });
      onChosen({
        file: files[backup] ?? first,
        contacts: contacts === null ? null : (files[contacts] ?? null),
      });
      const found = { format, keyWanted };
      setWanted(found);
      return found;
    });
  };
  const isOver = useFileDrop(isAsking ? null : choose);
  if (isAsking) {
    return <KeyForm device={device} {...chosen} wanted={wanted} onOpened={onOpened} onOther={onOther} />;
  }
  return (
    <>
      {looking.isBusy && <ProgressBar label={text('open.looking')} doneBytes={0} totalBytes={null} />}
      {looking.error !== null && <FileAlert error={looking.error} onSignal={() => setWanted(olderSignal)} />}
      {!looking.isBusy && <ChooseFile isOver={isOver} onFiles={choose} />}
    </>
  );
}

/** Its file bears no mark: only its keys can show what it is. */
const olderSignal: WantedKey = { format: 'signal-backup-v2', keyWanted: 'signal-recovery-key' };

interface OpenFileProps {
  readonly device: DeviceClient;
  readonly fileName: string;
  readonly opened: DeviceResult<'openFile'>;
}

/** The chats of the file, in the panes that show those of a backup. */
function OpenFile({ device, fileName, opened }: OpenFileProps): ReactNode {
  const [step, go] = useStep();
  const [conversationId, setConversationId] = useState<string | null>(null);
  const chats = useMemo(
    () => ({
      list: (options: DeviceCallOptions) => device.call('listFileConversations', {}, options),
      read: async (id: string, from: number, to: number, signal: AbortSignal) =>
        (await device.call('readFileMessages', { conversationId: id, from, to }, { signal })).messages,
      search: (query: string, options: DeviceCallOptions) =>
        device.call('searchFile', { query, limit: shownHits }, options),
    }),
    [device],
  );
  useFileDrop(null);
  const failed = useCallback((error: unknown) => <FileAlert error={error} />, []);
  return (
    <ChatsPane
      chats={chats}
      picker={<FileSummary device={device} fileName={fileName} opened={opened} />}
      actions={(summary) => <SaveChat device={device} summary={summary} />}
      empty={{ title: text('open.empty'), text: text('open.empty-text') }}
      failed={failed}
      conversationId={step === 'chat' ? conversationId : null}
      onConversation={(id) => {
        setConversationId(id);
        go('chat', step === 'chat' ? 'replace' : 'push');
      }}
      onCloseConversation={() => {
        setConversationId(null);
        go('reader', 'replace');
      }}
    />
  );
}

interface AroundProps {
  readonly isFull?: boolean;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}

/** What stands around this page, for visitors and for those who have signed in. */
function Around({ isFull = false, onClose, children }: AroundProps): ReactNode {
  return (
    <PageFrame
      isFull={isFull}
      bar={
        <header className="flex items-center gap-3 border-b border-line bg-surface px-4 py-2 sm:px-6">
          <Mark />
          <span className="text-lg font-semibold tracking-tight">{text('app.name')}</span>
          <span className="ms-auto">
            {onClose === undefined ? (
              <ButtonLink href="/" variant="quiet">
                <ArrowLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" />
                {text('open.start')}
              </ButtonLink>
            ) : (
              <Button onClick={onClose}>
                <X aria-hidden="true" className="size-4" />
                {text('open.close')}
              </Button>
            )}
          </span>
        </header>
      }
    >
      {children}
    </PageFrame>
  );
}
