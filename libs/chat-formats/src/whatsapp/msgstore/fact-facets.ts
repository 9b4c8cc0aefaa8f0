import { chatLimits, type Extra } from '@coffer/chat-model';
import { addExtras, present, type MessageDraft } from '../../message-draft';
import { safeInteger, type SqlRow, type SqlValue } from '../../sql';
import { clippedText, sqlInstant, type Facet } from '../../sql-fields';
import { factListFacets } from './fact-list-facets';
import type { Tables } from './list-facets';
import type { People } from './people';
import { rowFacet } from './row-facet';

/** How a column is read: text, text as long as a message's, a whole number, milliseconds since 1970, a row of `jid`, or 1 for yes. */
type Sort = 'text' | 'words' | 'number' | 'instant' | 'person' | 'flag';

/** Columns of a table, by the name that their value gets in `extras`. */
type Fields = Readonly<Record<string, readonly [column: string, sort: Sort]>>;

/** A small picture of a message's file goes along, in hexadecimal digits as `extras` have bytes, up to so many bytes. */
const thumbnailBytes = 65_536;

/** Facts for which the model has no place: they go into `extras`, and where a message has no text of its own, into that. */
export function factFacets(tables: Tables): readonly (Facet | undefined)[] {
  return [
    ...shopFacets(tables),
    ...stateFacets(tables),
    ...systemFacets(tables),
    thumbnailFacet(tables),
    ...factListFacets(tables),
  ];
}

const orderFields: Fields = {
  id: ['order_id', 'text'],
  title: ['order_title', 'text'],
  message: ['message', 'text'],
  itemCount: ['item_count', 'number'],
  status: ['status', 'number'],
  sellerId: ['seller_jid', 'person'],
  currency: ['currency_code', 'text'],
  totalAmount1000: ['total_amount_1000', 'number'],
};
const productFields: Fields = {
  id: ['product_id', 'text'],
  title: ['title', 'text'],
  description: ['description', 'text'],
  ownerId: ['business_owner_jid', 'person'],
  currency: ['currency_code', 'text'],
  amount1000: ['amount_1000', 'number'],
  saleAmount1000: ['sale_amount_1000', 'number'],
  retailerId: ['retailer_id', 'text'],
  url: ['url', 'text'],
  imageCount: ['product_image_count', 'number'],
  body: ['body', 'text'],
  footer: ['footer', 'text'],
};

function shopFacets(tables: Tables): readonly (Facet | undefined)[] {
  return [
    factFacet(tables, 'message_order', orderFields, (facts, draft) => {
      addExtras(draft, { order: facts });
      setWords(draft, facts, 'title', 'message');
    }),
    factFacet(tables, 'message_product', productFields, (facts, draft) => {
      addExtras(draft, { product: facts });
      setWords(draft, facts, 'title', 'description', 'body');
    }),
    factFacet(
      tables,
      'message_template',
      { words: ['content_text_data', 'words'], id: ['template_id', 'text'], footer: ['footer_text_data', 'text'] },
      ({ words, ...template }, draft) => {
        if (Object.keys(template).length > 0) addExtras(draft, { template });
        setWords(draft, present<Record<string, Extra>>({ words }), 'words');
      },
    ),
  ];
}

/** The types of products, templates and orders: with their words they are text. */
const shopTypes: readonly (string | undefined)[] = ['23', '25', '28', '44'];

function setWords(draft: MessageDraft, facts: Readonly<Record<string, Extra>>, ...names: readonly string[]): void {
  const words = names.map((name) => facts[name]).filter((value) => typeof value === 'string');
  if (words.length > 0) draft.text ??= words.join('\n');
  if (draft.text === undefined || draft.kind !== 'unsupported' || !shopTypes.includes(draft.unsupportedType)) return;
  draft.kind = draft.media === undefined ? 'text' : 'image';
  delete draft.unsupportedType;
}

function stateFacets(tables: Tables): readonly (Facet | undefined)[] {
  return [
    factFacet(
      tables,
      'message_revoked',
      {
        keyId: ['revoked_key_id', 'text'],
        adminId: ['admin_jid_row_id', 'person'],
        timeMs: ['revoke_timestamp', 'instant'],
      },
      (facts, draft) => addExtras(draft, { revoked: facts }),
    ),
    factFacet(
      tables,
      'message_ephemeral',
      { durationSeconds: ['duration', 'number'], expiresMs: ['expire_timestamp', 'instant'] },
      (facts, draft) => addExtras(draft, { ephemeral: facts }),
    ),
  ];
}

function systemFacets(tables: Tables): readonly (Facet | undefined)[] {
  const add = (facts: Readonly<Record<string, Extra>>, draft: MessageDraft): void => addExtras(draft, facts);
  return [
    factFacet(tables, 'message_system_value_change', { oldValue: ['old_data', 'text'] }, add),
    factFacet(
      tables,
      'message_system_number_change',
      { oldNumberId: ['old_jid_row_id', 'person'], newNumberId: ['new_jid_row_id', 'person'] },
      add,
    ),
    factFacet(tables, 'message_system_group', { isOwnerJoined: ['is_me_joined', 'flag'] }, add),
    factFacet(tables, 'message_system_block_contact', { isBlocked: ['is_blocked', 'flag'] }, add),
    factFacet(tables, 'message_ephemeral_setting', { timerSeconds: ['setting_duration', 'number'] }, add),
  ];
}

function thumbnailFacet(tables: Tables): Facet | undefined {
  if (!tables.schema.hasColumns('message_thumbnail', 'thumbnail')) return undefined;
  const bytes = 'x_message_thumbnail.thumbnail';
  return rowFacet(
    tables,
    'message_thumbnail',
    [],
    (row, at, draft) => {
      const thumbnail = row[at];
      if (typeof thumbnail === 'string') addExtras(draft, { thumbnail });
    },
    {
      columns: [
        `iif(typeof(${bytes}) = 'blob' AND length(${bytes}) BETWEEN 1 AND ${thumbnailBytes}, lower(hex(${bytes})), NULL)`,
      ],
      join: '',
    },
  );
}

/** A facet from those columns of a table that are there; nothing where none is. */
function factFacet(
  tables: Tables,
  table: string,
  fields: Fields,
  apply: (facts: Readonly<Record<string, Extra>>, draft: MessageDraft) => void,
): Facet | undefined {
  const known = Object.entries(fields).filter(([, [column]]) => tables.schema.hasColumns(table, column));
  if (known.length === 0) return undefined;
  const columns = known.map(([, [column, sort]]) =>
    sort === 'text' || sort === 'words' ? `x_${table}.${column}` : safeInteger(`x_${table}.${column}`),
  );
  return rowFacet(
    tables,
    table,
    [],
    (row, at, draft) => {
      const facts = factsOf(known, row, at, tables.people);
      if (Object.keys(facts).length > 0) apply(facts, draft);
    },
    { columns, join: '' },
  );
}

function factsOf(
  fields: readonly (readonly [string, Fields[string]])[],
  row: SqlRow,
  at: number,
  people: People,
): Readonly<Record<string, Extra>> {
  const facts: Record<string, Extra | undefined> = {};
  fields.forEach(([name, [, sort]], index) => (facts[name] = factOf(row[at + index], sort, people)));
  return present<Record<string, Extra>>(facts);
}

function factOf(value: SqlValue | undefined, sort: Sort, people: People): Extra | undefined {
  if (sort === 'text') return clippedText(value, chatLimits.titleLength);
  if (sort === 'words') return clippedText(value);
  if (sort === 'person') return people.addressOf(value);
  if (sort === 'instant') return sqlInstant(value) ?? undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
  return sort === 'flag' ? value === 1 : value;
}
