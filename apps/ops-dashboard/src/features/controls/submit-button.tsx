'use client';

import { Button, type ButtonProps } from '@coffer/web-ui';
import type { ReactNode } from 'react';

/** Sends the form that it stands in. Buttons are rendered in the browser; the forms around them need no script. */
export function SubmitButton({
  variant = 'secondary',
  children,
}: Pick<ButtonProps, 'variant' | 'children'>): ReactNode {
  return (
    <Button type="submit" variant={variant}>
      {children}
    </Button>
  );
}
