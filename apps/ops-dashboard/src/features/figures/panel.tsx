import { useId, type ReactNode } from 'react';

export interface PanelProps {
  readonly title: string;
  /** One line under the title. */
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a screen with a title of its own. */
export function Panel({ title, hint, children }: PanelProps): ReactNode {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex min-w-0 flex-col gap-3 rounded-2xl border border-line bg-surface p-4 sm:p-5"
    >
      <div>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {hint !== undefined && <p className="text-sm text-muted">{hint}</p>}
      </div>
      {children}
    </section>
  );
}
