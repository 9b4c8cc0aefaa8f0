import { parseXML } from '@aws-sdk/xml-builder';

/** One resource of a 207 answer (RFC 4918, section 13). */
export interface DavResource {
  /** Path of the resource on its server, percent-decoded, without a slash at the end. */
  readonly path: string;
  readonly isCollection: boolean;
  /** In bytes; undefined where the server does not say. */
  readonly sizeBytes: number | undefined;
  /** When it was last written, by the server's clock; undefined where the server does not say. */
  readonly modifiedMs: number | undefined;
}

/** Body of a PROPFIND that asks for what {@link parseMultistatus} reads. */
export const propfindBody =
  '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop>' +
  '<D:resourcetype/><D:getcontentlength/><D:getlastmodified/></D:prop></D:propfind>';

const dav = 'DAV:';

/** The resources that a 207 answer names. @returns undefined where the text is no such answer */
export function parseMultistatus(text: string): readonly DavResource[] | undefined {
  let root: Element | undefined;
  try {
    root = childrenOf({ value: parseXML(text) as unknown, names: new Map() })[0];
  } catch {
    return undefined;
  }
  if (root?.name !== 'multistatus') return undefined;
  const resources = named(root, 'response').map(resourceOf);
  return resources.every((resource) => resource !== undefined) ? resources : undefined;
}

function resourceOf(response: Element): DavResource | undefined {
  const path = pathOf(textOf(named(response, 'href')[0]));
  if (path === undefined) return undefined;
  // Properties that a server does not have come in a propstat of their own, with 404.
  const found = named(response, 'propstat').filter((each) =>
    / 200(?: |$)/.test(textOf(named(each, 'status')[0]) ?? ''),
  );
  const properties = found.flatMap((each) => named(each, 'prop')).flatMap(childrenOf);
  const property = (name: string): Element | undefined => properties.find((each) => each.name === name);
  const type = property('resourcetype');
  const length = textOf(property('getcontentlength')) ?? '';
  const modifiedMs = Date.parse(textOf(property('getlastmodified')) ?? '');
  return {
    path,
    isCollection: type !== undefined && named(type, 'collection').length > 0,
    sizeBytes: /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    modifiedMs: Number.isNaN(modifiedMs) ? undefined : modifiedMs,
  };
}

/** Servers give whole URLs or paths. */
function pathOf(href: string | undefined): string | undefined {
  try {
    if (href === undefined) return undefined;
    return decodeURIComponent(new URL(href.trim(), 'http://server/').pathname).replace(/\/+$/, '');
  } catch {
    return undefined;
  }
}

/** An element as the parser gives it, and what prefixes mean where it stands. */
interface Scope {
  readonly value: unknown;
  readonly names: ReadonlyMap<string, string>;
}

interface Element extends Scope {
  /** Local name in the namespace `DAV:`; empty in every other one. */
  readonly name: string;
}

/** Child elements. Text, and attributes of elements, are strings under names that no element of `DAV:` has. */
function childrenOf({ value, names }: Scope): readonly Element[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([tag, content]) =>
    (Array.isArray(content) ? (content as readonly unknown[]) : [content]).map((each) => elementOf(tag, each, names)),
  );
}

function elementOf(tag: string, value: unknown, outer: ReadonlyMap<string, string>): Element {
  const names = new Map(outer);
  for (const [attribute, meaning] of typeof value === 'object' && value !== null ? Object.entries(value) : []) {
    const declared = /^xmlns(?::(.+))?$/.exec(attribute);
    if (declared !== null && typeof meaning === 'string') names.set(declared[1] ?? '', meaning);
  }
  const [prefix, local] = tag.includes(':') ? (tag.split(':', 2) as [string, string]) : ['', tag];
  return { value, names, name: names.get(prefix) === dav ? local : '' };
}

function named(element: Element, name: string): readonly Element[] {
  return childrenOf(element).filter((child) => child.name === name);
}

function textOf(element: Element | undefined): string | undefined {
  const value = element?.value;
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null || !('#text' in value)) return undefined;
  return typeof value['#text'] === 'string' ? value['#text'].trim() : undefined;
}
