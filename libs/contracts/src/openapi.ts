import { z } from 'zod';
import { problemDetails, problemKinds, problemMediaType } from './problems';
import { problemsOf, type Route, type RoutePayload } from './route';
import { routes } from './routes';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Record<string, Json>;

/** An OpenAPI 3.1 document, ready to be written as JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
}

/** The JSON Schema dialect of zod's output is OpenAPI 3.1's own; named schemas move to `#/components/schemas`. */
class Components {
  readonly schemas = new Map<string, JsonObject>();

  /** The schema as it is read (`input`) or answered (`output`), with references into the components. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io });
    for (const [name, definition] of Object.entries($defs)) this.#keep(name, this.#hoist(definition));
    const { id, ...body } = this.#hoist(own);
    if (typeof id !== 'string') return body;
    this.#keep(id, body);
    return { $ref: `#/components/schemas/${id}` };
  }

  #keep(name: string, { id: _name, ...body }: JsonObject): void {
    const kept = this.schemas.get(name);
    if (kept !== undefined && JSON.stringify(kept) !== JSON.stringify(body)) {
      throw new TypeError(`two different schemas are named ${name}`);
    }
    this.schemas.set(name, body);
  }

  #hoist(schema: object): JsonObject {
    const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
    return JSON.parse(text) as JsonObject;
  }
}

/** Generates the API's OpenAPI 3.1 document from the table of routes. Committed as docs/openapi.json. */
export function toOpenApi(): OpenApiDocument {
  const components = new Components();
  components.schemaOf(problemDetails, 'output');
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll('{+', '{');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(operationId, route, components) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Coffer vault API',
      version: '1',
      description:
        'Backup Key Vault, encrypted repositories, ledger and purge. Errors are problem+json (RFC 9457) with a stable ' +
        'code. Signed statements are described in docs/wire.md.',
    },
    paths,
    components: {
      schemas: Object.fromEntries(Array.from(components.schemas).sort(([left], [right]) => (left < right ? -1 : 1))),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token of the OpenID provider',
        },
      },
    },
  };
}

function toOperation(operationId: string, route: Route, components: Components): Json {
  const parameters = [
    ...toParameters('path', route.params, components),
    ...toParameters('query', route.query, components),
    ...toParameters('header', route.headers, components).filter(({ name }) => name !== 'content-length'),
  ];
  const body = route.body === undefined ? undefined : toContent(route.body, 'input', components);
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(authorityOf(route) === '' ? {} : { description: authorityOf(route) }),
    ...(route.auth === 'public' ? {} : { security: [{ token: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: toResponses(route, components),
  };
}

function authorityOf(route: Route): string {
  const parts: string[] = [];
  if (route.auth === 'staff') parts.push('For staff only.');
  if (route.statement !== undefined) {
    const place = route.statement.carrier === 'body' ? 'in the body' : 'in the header Coffer-Statement';
    parts.push(`Statement \`${route.statement.purpose}\` ${place}.`);
  }
  if (route.freshLogin === 'always') parts.push('Needs a fresh login.');
  if (route.freshLogin === 'first-claim') parts.push('Needs a fresh login at the first claim.');
  return parts.join(' ');
}

function toParameters(place: 'path' | 'query' | 'header', schema: z.ZodObject | undefined, components: Components) {
  return Object.entries(schema?.shape ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(value as z.ZodType, undefined).success,
    schema: components.schemaOf(value as z.ZodType, 'input'),
  }));
}

function toContent(payload: RoutePayload, io: 'input' | 'output', components: Components): JsonObject | undefined {
  switch (payload.kind) {
    case 'json':
      return { 'application/json': { schema: components.schemaOf(payload.schema, io) } };
    case 'text':
      return { [payload.mediaType]: { schema: { type: 'string' } } };
    case 'bytes':
      return { 'application/octet-stream': {} };
    case 'none':
      return undefined;
  }
}

function toResponses(route: Route, components: Components): Json {
  const content = toContent(route.response, 'output', components);
  const headers = Object.fromEntries(
    (route.responseHeaders ?? []).map((name) => [name, { schema: { type: 'string' } }]),
  );
  const success = {
    description: 'Done.',
    ...(route.responseHeaders === undefined ? {} : { headers }),
    ...(content === undefined ? {} : { content }),
  };
  const responses: JsonObject = {};
  for (const status of [route.status, ...(route.otherStatuses ?? [])]) responses[status] = success;
  const problem = { [problemMediaType]: { schema: { $ref: '#/components/schemas/ProblemDetails' } } };
  for (const [status, codes] of Map.groupBy(problemsOf(route), (code) => problemKinds[code].status)) {
    responses[status] ??= { description: codes.map((code) => `\`${code}\``).join(', '), content: problem };
  }
  return responses;
}
