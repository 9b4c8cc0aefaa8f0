import type { Call, Extras, SystemEvent } from '@coffer/chat-model';
import { present } from '../message-draft';
import type { ChatUpdate, GroupCall, GroupUpdate, IndividualCall } from './schema/chat-updates';

/** A line of the app: an event, or a call. */
export interface ReadUpdate {
  readonly system?: SystemEvent;
  readonly call?: Call;
  readonly extras: Extras;
}

/** The words in an update that are its new value. */
const valueNames: ReadonlySet<string> = new Set([
  'newName',
  'newDescription',
  'previousNumber',
  'previousUsername',
  'number',
  'question',
]);

export function readUpdate({ simple, group, individualCall, groupCall, ...others }: ChatUpdate): ReadUpdate {
  if (individualCall !== undefined) return readIndividualCall(individualCall);
  if (groupCall !== undefined) return readGroupCall(groupCall);
  if (simple !== undefined) return { system: { action: simple.type ?? 'unknown' }, extras: unknownOf(simple) };
  if (group !== undefined) return readGroupUpdates(group.updates ?? []);
  const [action, update] = Object.entries(others).find(([name]) => name !== 'unknown') ?? [];
  if (action === undefined) return { system: { action: 'unknown' }, extras: others as Extras };
  return { system: eventOf(action, update as Extras), extras: extrasOf(update as Extras) };
}

const unknownOf = ({ unknown }: { readonly unknown?: unknown }): Extras =>
  unknown === undefined ? {} : { unknown: unknown as Extras[] };

/** One event where there is one; of several the first, and all of them in `extras`. */
function readGroupUpdates(updates: readonly GroupUpdate[]): ReadUpdate {
  const events = updates.map((update): readonly [string, Extras] => {
    const [action, facts] = Object.entries(update).find(([name]) => name !== 'unknown') ?? ['unknown', {}];
    return [action, facts as Extras];
  });
  const [action, facts] = events[0] ?? ['group-changed', {}];
  const participantIds = [...new Set(events.flatMap(([, each]) => eventOf('', each).participantIds ?? []))];
  const isSaidAtOnce = events.length === 1 && updates[0]!.unknown === undefined;
  return {
    system: { ...eventOf(action, facts), ...(participantIds.length === 0 ? {} : { participantIds }) },
    extras: isSaidAtOnce ? extrasOf(facts) : { updates: updates as unknown as readonly Extras[] },
  };
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function eventOf(action: string, update: Extras): SystemEvent {
  const participantIds: string[] = [];
  let value: string | undefined;
  for (const [name, fact] of Object.entries(update)) {
    const isText = typeof fact === 'string';
    if (valueNames.has(name)) value = isText ? fact : JSON.stringify(fact);
    else if (isText && uuidPattern.test(fact)) participantIds.push(fact);
  }
  return {
    action,
    ...(participantIds.length === 0 ? {} : { participantIds }),
    ...(value === undefined ? {} : { value }),
  };
}

/** What the event itself does not say: roles of people, counts, switches. */
function extrasOf(update: Extras): Extras {
  const rest = Object.entries(update).filter(([name]) => !valueNames.has(name));
  return rest.length === 0 ? {} : { update: Object.fromEntries(rest) };
}

const isMissed = (state: string | undefined): true | undefined =>
  state === 'missed' || state === 'missed-by-notification-profile' ? true : undefined;

function readIndividualCall(call: IndividualCall): ReadUpdate {
  const { type, ...rest } = call;
  return {
    call: present<Call>({
      isVideo: type === 'video' ? true : undefined,
      isMissed: isMissed(rest.state),
      durationSeconds: undefined,
    }),
    extras: { call: rest as Extras },
  };
}

function readGroupCall(call: GroupCall): ReadUpdate {
  const { startedMs, endedMs, state } = call;
  const lasted = typeof startedMs === 'number' && typeof endedMs === 'number' ? endedMs - startedMs : -1;
  return {
    call: present<Call>({
      isVideo: undefined,
      isMissed: isMissed(state),
      durationSeconds: lasted < 0 ? undefined : Math.round(lasted / 1000),
    }),
    extras: { groupCall: call as Extras },
  };
}
