import { chatLimits, type Reaction } from '@coffer/chat-model';
import { safeInteger, sqlText, type SqlDatabase } from '../../sql';
import { present } from '../../message-draft';
import { clippedText, sqlInstant, type Facet } from '../../sql-fields';
import { listFacet } from './lists';
import type { People } from './people';
import type { Schema } from '../../sql-schema';

/** What a facet is made from. */
export interface Tables {
  readonly database: SqlDatabase;
  readonly schema: Schema;
  readonly people: People;
}

/** The facets from tables with any number of rows for a message; undefined for those that are missing or empty. */
export function listFacets(tables: Tables): readonly (Facet | undefined)[] {
  return [
    systemPeopleFacet(tables),
    contactFacet(tables),
    reactionFacet(tables),
    pollFacet(tables),
    missedCallFacet(tables),
    interactiveFacet(tables),
  ];
}

function systemPeopleFacet({ database, schema, people }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'system_people',
    table: 'message_system_chat_participant',
    messageColumn: 'message_row_id',
    needs: ['user_jid_row_id'],
    select: safeInteger('t.user_jid_row_id'),
    limit: chatLimits.participants,
    apply: (rows, draft) => {
      const participantIds = rows
        .map(([person]) => people.addressOf(person))
        .filter((address) => address !== undefined);
      draft.system = { action: 'unknown', ...draft.system, participantIds };
    },
  });
}

function contactFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'contact',
    table: 'message_vcard',
    messageColumn: 'message_row_id',
    needs: ['vcard'],
    select: 't.vcard',
    limit: chatLimits.contacts,
    apply: (rows, draft) => {
      draft.contacts = rows.map(([vcard]) => clippedText(vcard, chatLimits.contactLength) ?? '');
    },
  });
}

function reactionFacet({ database, schema, people }: Tables): Facet | undefined {
  if (!schema.isRowId('message_add_on_reaction', 'message_add_on_row_id')) return undefined;
  if (!schema.hasRows('message_add_on_reaction', 'reaction')) return undefined;
  const time = safeInteger(schema.column('message_add_on_reaction', 'sender_timestamp', 'r'));
  return listFacet(database, schema, {
    name: 'reaction',
    table: 'message_add_on',
    messageColumn: 'parent_message_row_id',
    needs: ['from_me', 'sender_jid_row_id'],
    select: `r.reaction, ${safeInteger('t.from_me')}, ${safeInteger('t.sender_jid_row_id')}, ${time}`,
    join: 'CROSS JOIN main.message_add_on_reaction r ON r.message_add_on_row_id = t.rowid',
    limit: chatLimits.reactions,
    apply: (rows, draft) => {
      const reactions = rows.map(([reaction, fromMe, sender, timestamp]) =>
        present<Reaction>({
          senderId: fromMe === 1 ? null : (people.addressOf(sender) ?? null),
          text: clippedText(reaction, chatLimits.titleLength) ?? '',
          timeMs: sqlInstant(timestamp) ?? undefined,
        }),
      );
      // an empty text is a reaction that was taken back
      const left = reactions.filter(({ text }) => text !== '');
      if (left.length > 0) draft.reactions = left;
    },
  });
}

function pollFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'poll',
    table: 'message_poll_option',
    messageColumn: 'message_row_id',
    needs: ['option_name'],
    select: 't.option_name',
    limit: chatLimits.pollOptions,
    apply: (rows, draft) => {
      draft.poll = { options: rows.map(([name]) => clippedText(name, chatLimits.titleLength) ?? '') };
    },
  });
}

function missedCallFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'missed_call',
    table: 'missed_call_logs',
    messageColumn: 'message_row_id',
    needs: ['video_call'],
    select: 't.video_call',
    limit: 1,
    apply: (rows, draft) => {
      const isVideo = rows.some(([video]) => sqlText(video) === '1');
      draft.call = { ...(isVideo ? { isVideo: true } : {}), isMissed: true };
    },
  });
}

/** Interactive messages keep their words in a JSON document. */
function interactiveFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'interactive',
    table: 'message_ui_elements',
    messageColumn: 'message_row_id',
    needs: ['element_content'],
    select: 't.element_content',
    limit: 100,
    apply: (rows, draft) => {
      const words = rows.flatMap(([content]) => wordsOf(sqlText(content) ?? ''));
      if (words.length > 0) draft.text ??= words.join('\n').slice(0, chatLimits.textLength).toWellFormed();
    },
  });
}

function wordsOf(json: string): readonly string[] {
  try {
    const content: unknown = JSON.parse(json);
    if (typeof content !== 'object' || content === null) return [];
    return ['title', 'sub_title', 'description']
      .map((name) => (content as Record<string, unknown>)[name])
      .filter((words) => typeof words === 'string' && words !== '') as string[];
  } catch {
    return [];
  }
}
