import { createHash } from 'node:crypto';

type Fields = Readonly<Record<string, { readonly value?: unknown; readonly type?: string } | undefined>>;

/** A record of a fake. */
export interface FakeRecord {
  readonly recordName: string;
  readonly recordType: string;
  readonly fields: Fields;
  readonly recordChangeTag: string;
}

const mostRecords = 200;
const largestAssetBytes = 15_000_000;
/** Fields that the container's owner has declared, and those of them that queries may name. */
const declared = /^(?:key|size|sha256|writer|content(?:\d|1[0-5]))$/;
const queryable: ReadonlySet<string> = new Set(['key', 'size']);

/** What a fake of CloudKit holds: records of the default zone, and assets. */
export class CloudKitDatabase {
  readonly records = new Map<string, FakeRecord>();
  assetOrigin = '';
  readonly #assets = new Map<string, Uint8Array>();
  /** Addresses change with each of these; those of before are good no longer. */
  #addressAge = 0;
  #ids = 0;

  constructor(
    private readonly capacityBytes: number,
    private readonly unindexed: number,
  ) {}

  /** As time does. */
  expireAddresses(): void {
    this.#addressAge += 1;
  }

  lookup({ records }: Readonly<Record<string, unknown>>): readonly unknown[] {
    const names = (records as readonly { readonly recordName: string }[]).slice(0, mostRecords);
    return names.map(({ recordName }) => {
      const record = this.records.get(recordName);
      return record === undefined ? failed(recordName, 'NOT_FOUND') : this.#described(record);
    });
  }

  modify({ operations }: Readonly<Record<string, unknown>>): readonly unknown[] {
    type Operation = { readonly operationType: string; readonly record: FakeRecord };
    return (operations as readonly Operation[]).map(({ operationType, record }) => {
      if (operationType === 'create') return this.#create(record);
      if (operationType === 'delete') return this.#delete(record);
      return failed(record.recordName, 'BAD_REQUEST');
    });
  }

  query(content: Readonly<Record<string, unknown>>): unknown {
    type Filter = {
      readonly fieldName: string;
      readonly comparator: string;
      readonly fieldValue: { readonly value: unknown };
    };
    const { query, resultsLimit, continuationMarker } = content;
    const { recordType, filterBy } = query as { readonly recordType: string; readonly filterBy: readonly Filter[] };
    if (!filterBy.every(({ fieldName }) => queryable.has(fieldName))) return { serverErrorCode: 'BAD_REQUEST' };
    const indexed = [...this.records.values()].slice(0, Math.max(0, this.records.size - this.unindexed));
    const all = indexed.filter(
      (record) => record.recordType === recordType && filterBy.every((filter) => fits(record.fields, filter)),
    );
    // In an order of its own: without sortBy CloudKit promises none.
    const ordered = all.toReversed();
    const from = typeof continuationMarker === 'string' ? Number(continuationMarker) : 0;
    const to = from + Math.min(mostRecords, typeof resultsLimit === 'number' ? resultsLimit : mostRecords);
    const records = ordered.slice(from, to).map((record) => this.#described(record));
    return { records, ...(to < ordered.length ? { continuationMarker: String(to) } : {}) };
  }

  assetTokens({ tokens }: Readonly<Record<string, unknown>>): readonly unknown[] {
    return (tokens as readonly { readonly recordName: string; readonly fieldName: string }[]).map((token) => ({
      ...token,
      url: `${this.assetOrigin}/asset/upload-${this.#ids++}`,
    }));
  }

  /** @returns what a record refers to the upload by; undefined where it is too large or empty */
  takeAsset(id: string, bytes: Uint8Array): unknown {
    if (bytes.length === 0 || bytes.length > largestAssetBytes) return undefined;
    this.#assets.set(id, bytes);
    const fileChecksum = createHash('sha256').update(bytes).digest('base64');
    return { wrappingKey: 'ZmFrZQ==', fileChecksum, receipt: id, referenceChecksum: 'ZmFrZQ==', size: bytes.length };
  }

  assetBytes(id: string): Uint8Array | undefined {
    const [, receipt, age] = /^(.+)\.(\d+)$/.exec(id) ?? [];
    return Number(age) === this.#addressAge ? this.#assets.get(receipt ?? '') : undefined;
  }

  #create({ recordName, recordType, fields }: FakeRecord): unknown {
    if (this.records.has(recordName)) return failed(recordName, 'CONFLICT');
    if (recordName.length > 255 || !Object.keys(fields).every((name) => declared.test(name))) {
      return failed(recordName, 'BAD_REQUEST');
    }
    const used = [...this.records.values()].reduce((sum, record) => sum + Number(record.fields['size']?.value ?? 0), 0);
    if (used + Number(fields['size']?.value ?? 0) > this.capacityBytes) return failed(recordName, 'QUOTA_EXCEEDED');
    for (const field of Object.values(fields)) {
      const asset = field?.value as { readonly receipt?: string } | undefined;
      if (asset?.receipt !== undefined && !this.#assets.has(asset.receipt)) return failed(recordName, 'BAD_REQUEST');
    }
    const record = { recordName, recordType, fields, recordChangeTag: `tag-${this.#ids++}` };
    this.records.set(recordName, record);
    return this.#described(record);
  }

  #delete({ recordName, recordChangeTag }: FakeRecord): unknown {
    const there = this.records.get(recordName);
    if (there === undefined) return failed(recordName, 'NOT_FOUND');
    if (there.recordChangeTag !== recordChangeTag) return failed(recordName, 'CONFLICT');
    this.records.delete(recordName);
    return { recordName, deleted: true };
  }

  #described(record: FakeRecord): unknown {
    const fields = Object.entries(record.fields).map(([name, field]) => {
      const asset = field?.value as { readonly receipt?: string } | undefined;
      if (asset?.receipt === undefined)
        return [name, { ...field, type: typeof field?.value === 'number' ? 'INT64' : 'STRING' }];
      const downloadURL = `${this.assetOrigin}/asset/${asset.receipt}.${this.#addressAge}/` + '${f}?o=fake';
      return [name, { value: { ...asset, receipt: undefined, downloadURL }, type: 'ASSETID' }];
    });
    return { ...record, fields: Object.fromEntries(fields) as unknown, deleted: false };
  }
}

function fits(
  fields: Fields,
  filter: { readonly fieldName: string; readonly comparator: string; readonly fieldValue: { readonly value: unknown } },
): boolean {
  const value = fields[filter.fieldName]?.value;
  const wanted = filter.fieldValue.value;
  if (filter.comparator === 'BEGINS_WITH') return String(value).startsWith(String(wanted));
  if (filter.comparator === 'GREATER_THAN_OR_EQUALS') return Number(value) >= Number(wanted);
  return false;
}

function failed(recordName: string, serverErrorCode: string): unknown {
  return { recordName, serverErrorCode, reason: 'fake' };
}
