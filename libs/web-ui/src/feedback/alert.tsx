import { CircleCheck, CircleX, Info, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** How loudly an alert speaks. */
export type AlertTone = 'info' | 'success' | 'warning' | 'danger';

const looks: Readonly<Record<AlertTone, string>> = {
  info: 'bg-accent-soft text-text [&_svg]:text-accent',
  success: 'bg-success-soft text-text [&_svg]:text-success',
  warning: 'bg-warning-soft text-text [&_svg]:text-warning',
  danger: 'bg-danger-soft text-text [&_svg]:text-danger',
};
const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleX } as const;

export interface AlertProps {
  readonly tone: AlertTone;
  readonly title: string;
  /** In place of the tone's own sign, where two alerts of one tone must not look alike. */
  readonly icon?: LucideIcon;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Something that happened: what, what is safe, what to do. Loud tones interrupt a screen reader, quiet ones wait. */
export function Alert({ tone, title, icon, children, actions }: AlertProps): ReactNode {
  const Icon = icon ?? icons[tone];
  const isLoud = tone === 'danger' || tone === 'warning';
  return (
    <div role={isLoud ? 'alert' : 'status'} className={`flex gap-3 rounded-xl p-4 ${looks[tone]}`}>
      <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0" />
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-semibold">{title}</p>
        {children !== undefined && <div className="text-[0.9375rem] leading-relaxed">{children}</div>}
        {actions !== undefined && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
