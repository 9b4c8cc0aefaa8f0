import { chatLimits, type Extra, type Receipt } from '@coffer/chat-model';
import { addExtras, present } from '../../message-draft';
import { safeInteger } from '../../sql';
import { clippedText, sqlInstant, type Facet } from '../../sql-fields';
import type { Tables } from './list-facets';
import { listFacet } from './lists';

/** Most rows of a table, and most UTF-16 units of a text in them, that go into one message's `extras`. */
const limits = { people: 1024, votes: 2000, voteText: 255, children: 1000, labels: 20, buttons: 50 } as const;

/** Lists for which the model has no place. */
export function factListFacets(tables: Tables): readonly (Facet | undefined)[] {
  return [
    voteFacet(tables),
    albumFacet(tables),
    mentionFacet(tables),
    receiptFacet(tables),
    labelFacet(tables),
    buttonFacet(tables),
  ];
}

/** Who chose which option of a poll; `senderId` is absent for the owner. */
function voteFacet({ database, schema, people }: Tables): Facet | undefined {
  if (!schema.isRowId('message_add_on', '_id') || !schema.isRowId('message_poll_option', '_id')) return undefined;
  if (!schema.hasColumns('message_add_on', 'parent_message_row_id', 'from_me', 'sender_jid_row_id')) return undefined;
  if (!schema.hasColumns('message_poll_option', 'option_name')) return undefined;
  return listFacet(database, schema, {
    name: 'vote',
    table: 'message_add_on_poll_vote_selected_option',
    messageColumn: 'message_add_on_row_id',
    messageSql: `(SELECT ${safeInteger('a.parent_message_row_id')} FROM main.message_add_on a WHERE a._id = t.message_add_on_row_id)`,
    needs: ['message_poll_option_id'],
    select: `o.option_name, ${safeInteger('a.from_me')}, ${safeInteger('a.sender_jid_row_id')}`,
    join:
      'CROSS JOIN main.message_add_on a ON a._id = t.message_add_on_row_id ' +
      'CROSS JOIN main.message_poll_option o ON o._id = t.message_poll_option_id',
    limit: limits.votes,
    apply: (rows, draft) => {
      const pollVotes = rows.map(([option, fromMe, sender]) =>
        present<Record<string, Extra>>({
          option: clippedText(option, limits.voteText) ?? '',
          senderId: fromMe === 1 ? undefined : people.addressOf(sender),
          isFromSelf: fromMe === 1 ? true : undefined,
        }),
      );
      if (pollVotes.length > 0) addExtras(draft, { pollVotes });
    },
  });
}

/** `association_type` of the messages of an album. */
const albumAssociation = 2;

function albumFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'album',
    table: 'message_association',
    messageColumn: 'parent_message_row_id',
    needs: ['child_message_row_id', 'association_type'],
    select: `${safeInteger('t.child_message_row_id')}, ${safeInteger('t.association_type')}`,
    limit: limits.children,
    apply: (rows, draft) => {
      const albumMessageIds = rows
        .filter(([child, type]) => typeof child === 'number' && type === albumAssociation)
        .map(([child]) => String(child));
      if (albumMessageIds.length > 0) addExtras(draft, { albumMessageIds });
    },
  });
}

function mentionFacet({ database, schema, people }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'mention',
    table: 'message_mentions',
    messageColumn: 'message_row_id',
    needs: ['jid_row_id'],
    select: safeInteger('t.jid_row_id'),
    limit: limits.people,
    apply: (rows, draft) => {
      const mentions = rows.map(([person]) => people.addressOf(person)).filter((address) => address !== undefined);
      if (mentions.length > 0) addExtras(draft, { mentions });
    },
  });
}

function receiptFacet({ database, schema, people }: Tables): Facet | undefined {
  const time = (name: string): string => safeInteger(schema.column('receipt_user', name, 't'));
  return listFacet(database, schema, {
    name: 'receipt',
    table: 'receipt_user',
    messageColumn: 'message_row_id',
    needs: ['receipt_user_jid_row_id'],
    select: [
      safeInteger('t.receipt_user_jid_row_id'),
      ...['receipt_timestamp', 'read_timestamp', 'played_timestamp'].map(time),
    ].join(', '),
    limit: limits.people,
    apply: (rows, draft) => {
      const receipts = rows
        .map(([person, received, read, played]) =>
          present<Receipt>({
            status: undefined,
            id: people.addressOf(person),
            receivedMs: sqlInstant(received) ?? undefined,
            readMs: sqlInstant(read) ?? undefined,
            playedMs: sqlInstant(played) ?? undefined,
          }),
        )
        .filter((receipt) => Object.keys(receipt).length > 0);
      if (receipts.length > 0) draft.receipts = receipts;
    },
  });
}

function labelFacet({ database, schema }: Tables): Facet | undefined {
  if (!schema.isRowId('labels', '_id') || !schema.hasColumns('labels', 'label_name')) return undefined;
  return listFacet(database, schema, {
    name: 'label',
    table: 'labeled_messages',
    messageColumn: 'message_row_id',
    needs: ['label_id'],
    select: 'l.label_name',
    join: 'CROSS JOIN main.labels l ON l._id = t.label_id',
    limit: limits.labels,
    apply: (rows, draft) => {
      const labels = rows
        .map(([name]) => clippedText(name, chatLimits.titleLength))
        .filter((name) => name !== undefined);
      if (labels.length > 0) addExtras(draft, { labels });
    },
  });
}

function buttonFacet({ database, schema }: Tables): Facet | undefined {
  return listFacet(database, schema, {
    name: 'button',
    table: 'message_template_button',
    messageColumn: 'message_row_id',
    needs: ['text_data'],
    select: `t.text_data, ${schema.column('message_template_button', 'extra_data', 't')}`,
    limit: limits.buttons,
    apply: (rows, draft) => {
      const buttons = rows.map(([text, data]) =>
        present<Record<string, Extra>>({
          text: clippedText(text, chatLimits.titleLength) ?? '',
          data: clippedText(data, chatLimits.titleLength),
        }),
      );
      addExtras(draft, { buttons });
    },
  });
}
