import { Readable } from 'node:stream';
import { contentSha256HeaderName, grantHeaderName, type CreatedObject, type ObjectList } from '@coffer/contracts';
import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ObjectsService, type ObjectRequest } from './objects.service';

@Controller()
export class ObjectsController {
  readonly #objects: ObjectsService;

  constructor(objects: ObjectsService) {
    this.#objects = objects;
  }

  @ContractRoute('getObject')
  async get(
    @Caller() caller: CallerFacts,
    @Input() { params, headers }: InputOf<'getObject'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const request = toRequest(caller, params, headers[grantHeaderName]);
    const { sizeBytes, offset, length, content } = await this.#objects.read(request, headers.range);
    describe(reply, this.#objects.etag(request), length);
    if (headers.range !== undefined && length > 0) {
      void reply.status(206).header('content-range', `bytes ${offset}-${offset + length - 1}/${sizeBytes}`);
    }
    return Readable.from(content, { objectMode: false });
  }

  @ContractRoute('headObject')
  async head(
    @Caller() caller: CallerFacts,
    @Input() { params, headers }: InputOf<'headObject'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const request = toRequest(caller, params, headers[grantHeaderName]);
    describe(reply, this.#objects.etag(request), await this.#objects.size(request));
  }

  @ContractRoute('putObject')
  async put(
    @Caller() caller: CallerFacts,
    @Input() { params, headers }: InputOf<'putObject'>,
    @Req() { body }: FastifyRequest,
  ): Promise<CreatedObject> {
    const request = toRequest(caller, params, headers[grantHeaderName]);
    const announced = { contentLength: headers['content-length'], sha256: headers[contentSha256HeaderName] };
    // Without a body there is no stream: an empty object.
    if (!(body instanceof Readable)) return this.#objects.create(request, announced, new Uint8Array(0));
    try {
      // A refusal in the middle must not break the connection, or nobody would hear it.
      const content = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
      return await this.#objects.create(request, announced, content);
    } finally {
      body.resume();
    }
  }

  @ContractRoute('listObjects')
  list(
    @Caller() { account }: CallerFacts,
    @Input() { params, query, headers }: InputOf<'listObjects'>,
  ): Promise<ObjectList> {
    const request = { account, repositoryId: params.repositoryId, grant: headers[grantHeaderName] };
    return this.#objects.list(request, query.prefix ?? '', query.cursor);
  }
}

function toRequest(
  { account }: CallerFacts,
  { repositoryId, path }: { readonly repositoryId: string; readonly path: string },
  grant: string,
): ObjectRequest {
  return { account, repositoryId, path, grant };
}

function describe(reply: FastifyReply, etag: string, length: number): void {
  void reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': String(length),
    'accept-ranges': 'bytes',
    etag,
  });
}
