'use client';

import { Button } from '@coffer/web-ui';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useArrivalFocus } from './use-step';

export interface ScreenHeadingProps {
  /** Id of the heading, for the section that it names. */
  readonly id: string;
  readonly title: string;
  /** Where there is a screen before this one. */
  readonly back?: { readonly label: string; readonly onBack: () => void };
  /** What stands below the heading. */
  readonly children?: ReactNode;
}

/** The heading of a screen, which takes the focus when the screen comes, with the way back above it. */
export function ScreenHeading({ id, title, back, children }: ScreenHeadingProps): ReactNode {
  const heading = useArrivalFocus();
  return (
    <>
      {back !== undefined && (
        <div className="-ms-3 -mt-2 -mb-1 sm:-ms-4">
          <Button variant="quiet" onClick={back.onBack}>
            <ArrowLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" />
            {back.label}
          </Button>
        </div>
      )}
      <div className="flex flex-col gap-1.5">
        <h1
          id={id}
          ref={heading}
          tabIndex={-1}
          className="outline-none text-2xl font-semibold tracking-tight sm:text-3xl"
        >
          {title}
        </h1>
        {children}
      </div>
    </>
  );
}
