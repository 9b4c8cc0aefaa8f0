import type { FakeAnswer, FakeRequest } from '../http-fake/http-fake';
import { apiError, json } from './api-answers';
import { describeFile, type FakeDriveFolder, type FakeUpload } from './drive-files';

const unitBytes = 256 * 1024;

/** Both ways to create a file: in one request, and in parts that go on where they broke. */
export class DriveUploads {
  origin = '';

  constructor(
    private readonly folder: FakeDriveFolder,
    private readonly capacityBytes: number,
  ) {}

  /** `uploadType=multipart`: metadata and content as two parts of one body (RFC 2387). */
  multipart(request: FakeRequest): FakeAnswer {
    if (request.isCut) return apiError(400, 'badRequest');
    const boundary = /^multipart\/related; boundary=([\w-]+)$/.exec(request.header('content-type') ?? '')?.[1];
    const body = Buffer.from(request.body);
    if (boundary === undefined || !body.subarray(-boundary.length - 8).includes(`\r\n--${boundary}--`)) {
      return apiError(400, 'badRequest');
    }
    const parts = partsOf(body, boundary);
    if (parts === undefined) return apiError(400, 'badContent');
    return this.#create(parts.metadata, new Uint8Array(parts.content));
  }

  /** `uploadType=resumable`: opens a session, whose address comes in `Location`. */
  open(request: FakeRequest): FakeAnswer {
    const metadata = metadataOf(Buffer.from(request.body).toString('utf8'));
    const sizeBytes = Number(request.header('x-upload-content-length'));
    if (metadata === undefined || !Number.isSafeInteger(sizeBytes)) return apiError(400, 'badRequest');
    if (this.folder.files.has(metadata.id)) return apiError(409, 'fileIdInUse');
    if (this.#isFull(sizeBytes)) return apiError(403, 'storageQuotaExceeded');
    const session = this.folder.newId();
    this.folder.uploads.set(session, { ...metadata, sizeBytes, bytes: new Uint8Array(0) });
    const location = `${this.origin}/upload/drive/v3/files?uploadType=resumable&upload_id=${session}`;
    return { status: 200, headers: { location } };
  }

  /** One part, or the question how far it came. */
  part(request: FakeRequest): FakeAnswer {
    const session = request.query.get('upload_id') ?? '';
    const upload = this.folder.uploads.get(session);
    if (upload === undefined) return apiError(404, 'notFound');
    const file = this.folder.files.get(upload.id);
    if (file !== undefined) return json(200, describeFile(file));
    const [, start, end, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(request.header('content-range') ?? '') ?? [];
    if (total === undefined || Number(total) !== upload.sizeBytes) return apiError(400, 'badRequest');
    if (start === undefined) return incomplete(upload);
    const isLast = Number(end) + 1 === upload.sizeBytes;
    if (Number(start) !== upload.bytes.length) return apiError(400, 'invalidContentRange');
    if (!isLast && (Number(end) + 1 - Number(start)) % unitBytes !== 0) return apiError(400, 'badRequest');
    // What came of a part that broke off is kept in whole units.
    const whole = request.isCut ? request.body.length - (request.body.length % unitBytes) : request.body.length;
    upload.bytes = new Uint8Array(Buffer.concat([upload.bytes, request.body.subarray(0, whole)]));
    if (upload.bytes.length < upload.sizeBytes) return incomplete(upload);
    return this.#create(upload, upload.bytes);
  }

  #create({ id, name }: { readonly id: string; readonly name: string }, bytes: Uint8Array): FakeAnswer {
    if (this.folder.files.has(id)) return apiError(409, 'fileIdInUse');
    if (this.#isFull(bytes.length)) return apiError(403, 'storageQuotaExceeded');
    return json(200, describeFile(this.folder.create(id, name, bytes)));
  }

  #isFull(moreBytes: number): boolean {
    return this.folder.usedBytes() + moreBytes > this.capacityBytes;
  }
}

function incomplete({ bytes }: FakeUpload): FakeAnswer {
  return { status: 308, headers: bytes.length === 0 ? {} : { range: `bytes=0-${bytes.length - 1}` } };
}

function partsOf(
  body: Buffer,
  boundary: string,
): { readonly metadata: { id: string; name: string }; readonly content: Buffer } | undefined {
  const delimiter = `--${boundary}`;
  const second = body.indexOf(`\r\n${delimiter}\r\n`, delimiter.length);
  const end = body.lastIndexOf(`\r\n${delimiter}--`);
  const contentAt = body.indexOf('\r\n\r\n', second + delimiter.length + 4) + 4;
  const metadataAt = body.indexOf('\r\n\r\n') + 4;
  if (!body.toString('latin1', 0, delimiter.length).startsWith(delimiter) || second < metadataAt || end < contentAt) {
    return undefined;
  }
  const metadata = metadataOf(body.toString('utf8', metadataAt, second));
  return metadata === undefined ? undefined : { metadata, content: body.subarray(contentAt, end) };
}

function metadataOf(text: string): { readonly id: string; readonly name: string } | undefined {
  const { id, name, parents } = JSON.parse(text) as { id?: unknown; name?: unknown; parents?: readonly unknown[] };
  if (typeof id !== 'string' || typeof name !== 'string' || parents?.[0] !== 'appDataFolder') return undefined;
  return { id, name };
}
