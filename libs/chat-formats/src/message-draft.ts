import type { Extra, MediaReference, Message, MessageMark } from '@coffer/chat-model';

/** A message while it is put together. */
export type MessageDraft = { -readonly [K in keyof Message]: Message[K] };

export function addMark(draft: MessageDraft, mark: MessageMark): void {
  draft.marks = [...(draft.marks ?? []), mark];
}

/** Adds facts without a place in the model; those without a value are left out. */
export function addExtras(draft: MessageDraft, facts: Readonly<Record<string, Extra | undefined>>): void {
  let extras: Record<string, Extra> | undefined;
  for (const name of Object.keys(facts)) {
    const value = facts[name];
    if (value !== undefined) (extras ??= { ...draft.extras })[name] = value;
  }
  if (extras !== undefined) draft.extras = extras;
}

/** Sets properties that have a value and leaves out the others, as exactOptionalPropertyTypes wants it. */
export function present<T extends object>(properties: { readonly [K in keyof T]: T[K] | undefined }): T {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(properties) as (keyof T & string)[]) {
    const value = properties[name];
    if (value !== undefined) result[name] = value;
  }
  return result as T;
}

/** A media reference, or nothing where the source says nothing about a file. */
export function mediaOf(reference: {
  readonly [K in keyof MediaReference]: MediaReference[K] | undefined;
}): MediaReference | undefined {
  const media = present<MediaReference>(reference);
  return Object.keys(media).length === 0 ? undefined : media;
}
