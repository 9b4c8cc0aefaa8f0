'use client';

import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useText } from '../text/text-provider';

export interface DialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** Escape, the cross and the backdrop ask for it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/**
 * A modal dialog on the platform's own `<dialog>`: focus stays inside and returns, Escape closes. No library injects styles
 * for it, which the page's Content-Security-Policy would refuse.
 */
export function Dialog({ isOpen, title, onClose, children, actions }: DialogProps): ReactNode {
  const text = useText();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (isOpen && !element.open) element.showModal();
    if (!isOpen && element.open) element.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className="m-auto w-[min(32rem,calc(100vw-2rem))] rounded-2xl bg-surface p-6 text-text shadow-raised backdrop:bg-black/50"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="flex items-start justify-between gap-4">
        <h2 id={id} className="text-xl font-semibold">
          {title}
        </h2>
        <button
          type="button"
          className="-m-2 flex size-11 items-center justify-center rounded-xl text-muted hover:text-text"
          aria-label={text('ui.close')}
          onClick={onClose}
        >
          <X aria-hidden="true" className="size-5" />
        </button>
      </div>
      <div className="mt-3 leading-relaxed">{children}</div>
      {actions !== undefined && <div className="mt-6 flex flex-wrap justify-end gap-2">{actions}</div>}
    </dialog>
  );
}
