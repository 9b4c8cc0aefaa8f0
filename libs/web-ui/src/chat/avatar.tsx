import { User, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { hueOf, initials } from './people';

const grounds = [
  'bg-person-1-soft text-person-1',
  'bg-person-2-soft text-person-2',
  'bg-person-3-soft text-person-3',
  'bg-person-4-soft text-person-4',
  'bg-person-5-soft text-person-5',
  'bg-person-6-soft text-person-6',
] as const;

/** Text colours of people, in the order of `hueOf`. */
export const personColours = [
  'text-person-1',
  'text-person-2',
  'text-person-3',
  'text-person-4',
  'text-person-5',
  'text-person-6',
] as const;

export interface AvatarProps {
  readonly id: string;
  readonly title: string;
  readonly isGroup: boolean;
}

/** A round sign beside a title; decoration, so it says nothing to assistive technology. */
export function Avatar({ id, title, isGroup }: AvatarProps): ReactNode {
  const letters = initials(title);
  const Sign = isGroup ? Users : User;
  return (
    <span
      aria-hidden="true"
      className={`flex size-11 shrink-0 items-center justify-center rounded-full text-[0.9375rem] font-semibold select-none ${grounds[hueOf(id)]}`}
    >
      {isGroup || letters === '' ? <Sign className="size-5" /> : letters}
    </span>
  );
}
