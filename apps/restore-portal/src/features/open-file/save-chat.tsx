'use client';

import type { ConversationSummary, DeviceClient } from '@coffer/device-protocol';
import { Dialog } from '@coffer/web-ui';
import { Download } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { SaveCopy } from './save-copy';

export interface SaveChatProps {
  readonly device: DeviceClient;
  readonly summary: ConversationSummary;
}

/** Beside the title of a chat: saves this one alone. */
export function SaveChat({ device, summary }: SaveChatProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const { conversationId, conversation } = summary;
  return (
    <>
      <button
        type="button"
        onClick={() => setIsOpen(true)}
        aria-label={text('open.save-chat')}
        title={text('open.save-chat')}
        className="flex size-11 items-center justify-center rounded-xl text-accent hover:bg-accent-soft"
      >
        <Download aria-hidden="true" className="size-5" />
      </button>
      <Dialog isOpen={isOpen} title={text('open.save-chat')} onClose={() => setIsOpen(false)}>
        <SaveCopy device={device} name={conversation.title} conversationId={conversationId} />
      </Dialog>
    </>
  );
}
