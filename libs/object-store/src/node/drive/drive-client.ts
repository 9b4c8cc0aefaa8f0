import { HttpService, type HttpAnswer, type HttpPolicy, type HttpRequest } from '../http/http-service';
import { driveError, isDriveBusy } from './drive-error';
import { fileFields, parseFile, parseJson, parsePage, unusable, type DriveFile } from './drive-file';

/** How Drive is reached. */
export interface DriveOptions extends HttpPolicy {
  /** Origin of the API; Google's unless told. */
  readonly apiUrl?: string;
  /**
   * An access token with the scope `drive.appdata`.
   *
   * @param refused - one that Drive has just turned away
   */
  readonly token: (refused?: string) => Promise<string>;
}

/** Where the API of Drive is. */
export const googleApiUrl = 'https://www.googleapis.com';

const space = 'appDataFolder';
const idsAtOnce = 100;

/** What this store needs of Google Drive v3, within the app's own hidden folder. */
export class DriveClient {
  readonly apiUrl: string;
  readonly service: HttpService;
  readonly #options: DriveOptions;
  #ids: readonly string[] = [];

  constructor(options: DriveOptions) {
    this.#options = options;
    this.apiUrl = options.apiUrl ?? googleApiUrl;
    this.service = new HttpService({ isBusy: isDriveBusy, ...options });
  }

  /** Sends a request with a token; once more with a fresh one where Drive refuses that. */
  async send(request: HttpRequest, maxAttempts?: number): Promise<HttpAnswer> {
    const token = await this.#options.token();
    const answer = await this.service.send(() => withToken(request, token), maxAttempts);
    if (answer.status !== 401) return answer;
    await answer.discard();
    const fresh = await this.#options.token(token);
    return this.service.send(() => withToken(request, fresh), maxAttempts);
  }

  /** All files of a name, in no order. @throws ObjectStoreError */
  async named(name: string): Promise<readonly DriveFile[]> {
    const found: DriveFile[] = [];
    // A key holds no character that a query would have to escape.
    for await (const page of this.#pages({ q: `name = '${name}' and trashed = false` })) found.push(...page);
    return found;
  }

  /** All files, page by page. @throws ObjectStoreError */
  all(): AsyncGenerator<readonly DriveFile[], void> {
    return this.#pages({ q: 'trashed = false' });
  }

  /** @throws ObjectStoreError `not-found` */
  async file(id: string): Promise<DriveFile> {
    const url = `${this.apiUrl}/drive/v3/files/${encodeURIComponent(id)}?fields=${fileFields}`;
    return parseFile(parseJson(await this.#json({ method: 'GET', url })));
  }

  /** GET of the content, or of a part of it. */
  content(id: string, headers: NonNullable<HttpRequest['headers']>): Promise<HttpAnswer> {
    return this.send({
      method: 'GET',
      url: `${this.apiUrl}/drive/v3/files/${encodeURIComponent(id)}?alt=media`,
      headers,
    });
  }

  /** Removes a file for good; nothing of this folder goes to the trash. @returns whether it was there @throws ObjectStoreError */
  async remove(id: string): Promise<boolean> {
    const answer = await this.send({
      method: 'DELETE',
      url: `${this.apiUrl}/drive/v3/files/${encodeURIComponent(id)}`,
    });
    if (answer.status === 404) {
      await answer.discard();
      return answer.attempts > 1;
    }
    if (answer.status < 200 || answer.status > 299) throw await driveError(answer);
    await answer.discard();
    return true;
  }

  /** An id for a file to come: a create that is sent again with the same one makes no second file. @throws ObjectStoreError */
  async newId(): Promise<string> {
    if (this.#ids.length === 0) {
      const url = `${this.apiUrl}/drive/v3/files/generateIds?count=${idsAtOnce}&space=${space}&type=files`;
      const { ids } = parseJson(await this.#json({ method: 'GET', url }));
      if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string')) throw unusable();
      this.#ids = ids;
    }
    const [id, ...rest] = this.#ids;
    this.#ids = rest;
    return id!;
  }

  async *#pages(query: Readonly<Record<string, string>>): AsyncGenerator<readonly DriveFile[], void> {
    const parameters = new URLSearchParams({
      ...query,
      spaces: space,
      pageSize: '1000',
      fields: `nextPageToken,files(${fileFields})`,
    });
    for (;;) {
      const url = `${this.apiUrl}/drive/v3/files?${parameters.toString()}`;
      const { files, next } = parsePage(await this.#json({ method: 'GET', url }));
      yield files;
      if (next === undefined) return;
      parameters.set('pageToken', next);
    }
  }

  async #json(request: HttpRequest): Promise<string> {
    const answer = await this.send(request);
    if (answer.status !== 200) throw await driveError(answer);
    return answer.text();
  }
}

function withToken(request: HttpRequest, token: string): HttpRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
