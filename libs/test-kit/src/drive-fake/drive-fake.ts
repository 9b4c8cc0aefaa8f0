import { systemClock } from '@coffer/foundation';
import { rangedAnswer } from '../http-fake/byte-range';
import { startHttpFake, type FakeAnswer, type FakeRequest, type HttpFake } from '../http-fake/http-fake';
import { apiError, json } from './api-answers';
import { describeFile, FakeDriveFolder } from './drive-files';
import { DriveUploads } from './drive-uploads';
import { GoogleAccounts } from './google-accounts';

/** How a fake behaves. */
export interface DriveFakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Time of files and tokens; the machine's unless told. At 0 all files have been created at once. */
  readonly nowMs?: () => number;
  /** Beyond it an upload gets 403 `storageQuotaExceeded`. */
  readonly capacityBytes?: number;
  /** So long a file that was created is not listed yet. */
  readonly listLagMs?: number;
}

/** A running fake: the API and the authorization server at one origin. */
export interface DriveFake extends HttpFake {
  readonly folder: FakeDriveFolder;
  readonly accounts: GoogleAccounts;
}

/** Starts a fake of Google Drive v3 on loopback: the app's folder, resumable uploads, and the device authorization grant. */
export async function startDriveFake(options: DriveFakeOptions = {}): Promise<DriveFake> {
  const nowMs = options.nowMs ?? (() => systemClock.nowMs());
  const folder = new FakeDriveFolder(nowMs, options.listLagMs ?? 0);
  const accounts = new GoogleAccounts(nowMs);
  const uploads = new DriveUploads(folder, options.capacityBytes ?? Number.POSITIVE_INFINITY);
  const service = new DriveService(folder, accounts, uploads);
  const fake = await startHttpFake(
    {
      operationOf,
      keyOf: ({ path, query }) => query.get('q') ?? path.split('/').at(-1) ?? '',
      serve: (request) => service.serve(request),
      refuse: (status, code) => apiError(status, code === '' ? 'backendError' : code),
    },
    options.port,
  );
  uploads.origin = fake.origin;
  return { ...fake, folder, accounts };
}

function operationOf({ method, path, query }: FakeRequest): string {
  if (path.startsWith('/upload/')) return query.has('upload_id') ? 'UploadPart' : `Upload ${query.get('uploadType')}`;
  if (!path.startsWith('/drive/')) return `OAuth ${path}`;
  if (path.endsWith('/files/generateIds')) return 'GenerateIds';
  if (path.endsWith('/files')) return 'List';
  if (method === 'DELETE') return 'Delete';
  return query.get('alt') === 'media' ? 'Media' : 'Get';
}

class DriveService {
  constructor(
    private readonly folder: FakeDriveFolder,
    private readonly accounts: GoogleAccounts,
    private readonly uploads: DriveUploads,
  ) {}

  serve(request: FakeRequest): FakeAnswer {
    const operation = operationOf(request);
    if (operation.startsWith('OAuth')) return this.accounts.serve(request);
    if (!this.accounts.takes(request.header('authorization'))) return apiError(401, 'authError');
    switch (operation) {
      case 'GenerateIds':
        return this.#generateIds(request);
      case 'List':
        return this.#list(request);
      case 'Upload multipart':
        return this.uploads.multipart(request);
      case 'Upload resumable':
        return this.uploads.open(request);
      case 'UploadPart':
        return this.uploads.part(request);
      default:
        return this.#file(request, operation);
    }
  }

  #generateIds({ query }: FakeRequest): FakeAnswer {
    if (query.get('space') !== 'appDataFolder') return apiError(400, 'invalid');
    const ids = Array.from({ length: Number(query.get('count')) }, () => this.folder.newId());
    return json(200, { kind: 'drive#generatedIds', space: 'appDataFolder', ids });
  }

  #list({ query }: FakeRequest): FakeAnswer {
    if (query.get('spaces') !== 'appDataFolder') return json(200, { kind: 'drive#fileList', files: [] });
    const [, name] = /^(?:name = '([^'\\]*)' and )?trashed = false$/.exec(query.get('q') ?? '') ?? [];
    const pageSize = Math.min(1000, Number(query.get('pageSize') ?? '100'));
    const from = Number(query.get('pageToken') ?? '0');
    // In an order of its own: Drive promises none.
    const all = this.folder
      .listed()
      .filter((file) => name === undefined || file.name === name)
      .toReversed();
    const page = all.slice(from, from + pageSize);
    const next = from + pageSize < all.length ? { nextPageToken: String(from + pageSize) } : {};
    return json(200, { kind: 'drive#fileList', files: page.map(describeFile), ...next });
  }

  #file(request: FakeRequest, operation: string): FakeAnswer {
    const file = this.folder.files.get(decodeURIComponent(request.path.split('/').at(-1) ?? ''));
    if (file === undefined) return apiError(404, 'notFound');
    if (operation === 'Get') return json(200, describeFile(file));
    if (operation === 'Media') return rangedAnswer(request, file.bytes, { 'content-type': 'application/octet-stream' });
    this.folder.files.delete(file.id);
    return { status: 204 };
  }
}
