import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from 'react';

/** `primary` once per screen; `quiet` for what stands beside; `danger` for what cannot be taken back. */
export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

const base =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-xl px-3 py-2 text-[0.9375rem] font-medium sm:px-4 ' +
  'transition-colors disabled:cursor-not-allowed aria-disabled:cursor-not-allowed aria-disabled:opacity-60';
const looks: Readonly<Record<ButtonVariant, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong disabled:bg-sunken disabled:text-muted',
  secondary: 'border border-edge bg-surface text-text hover:bg-sunken disabled:text-muted',
  quiet: 'text-accent hover:bg-accent-soft disabled:text-muted',
  danger: 'bg-danger text-surface hover:opacity-90 disabled:bg-sunken disabled:text-muted',
};

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  readonly variant?: ButtonVariant;
  /** The act is under way: further presses do nothing, and the button keeps its focus. */
  readonly isBusy?: boolean;
  readonly children: ReactNode;
}

/** A button of at least 44 pixels. `type` is `button` unless told. */
export function Button({ variant = 'secondary', isBusy = false, onClick, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={`${base} ${looks[variant]}`}
      {...(isBusy ? { 'aria-disabled': true, 'aria-busy': true } : {})}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  );
}

export interface ButtonLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'className'> {
  readonly href: string;
  readonly variant?: ButtonVariant;
  readonly children: ReactNode;
}

/** A link that looks like a button: for what leads elsewhere. */
export function ButtonLink({ variant = 'secondary', children, ...rest }: ButtonLinkProps): ReactNode {
  return (
    <a {...rest} className={`${base} ${looks[variant]}`}>
      {children}
    </a>
  );
}

function Spinner(): ReactNode {
  return (
    <span
      aria-hidden="true"
      className="size-4 animate-spin rounded-full border-2 border-current border-e-transparent motion-reduce:animate-none"
    />
  );
}
