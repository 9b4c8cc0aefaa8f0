import { ConnectorError, type ConnectorListing, type FoundObject, type PurgeLocation } from '@coffer/purge';

import type { PlaintextConnector } from '../plaintext-connector';
import { expandTemplate } from './path-template';

/** One place of the operator's where plaintext backups lie: a connector, and where each account's are below its root. */
export interface PlaintextSource {
  /** Short name that the operator gave it; the first part of its locations. */
  readonly id: string;
  /** `{subject}` stands for the account, as the identity provider names it. */
  readonly pathTemplate: string;
  /** Its locations are paths below the root of the source. */
  readonly connector: PlaintextConnector;
}

/** All places of a deployment. */
export interface PlaintextSources {
  /** The one that answers for a provider's name, whichever of its sources a location names. */
  connector(provider: string): PlaintextConnector | undefined;
  /** Where the plaintext backups of one account may lie. */
  locationsOf(subject: string): readonly PurgeLocation[];
}

/** Puts the sources of a deployment together. Ids must be distinct. */
export function plaintextSources(sources: readonly PlaintextSource[]): PlaintextSources {
  const byProvider = Map.groupBy(sources, ({ connector }) => connector.provider);
  const connectors = new Map([...byProvider].map(([provider, own]) => [provider, new RoutedConnector(provider, own)]));
  return {
    connector: (provider) => connectors.get(provider),
    locationsOf: (subject) =>
      sources.map(({ id, pathTemplate, connector }) => ({
        provider: connector.provider,
        location: `${id}/${expandTemplate(pathTemplate, subject)}`,
      })),
  };
}

/** Several sources of one provider behind one name: `<source id>/<path below its root>`. */
class RoutedConnector implements PlaintextConnector {
  readonly provider: string;
  readonly #sources: ReadonlyMap<string, PlaintextConnector>;

  constructor(provider: string, sources: readonly PlaintextSource[]) {
    this.provider = provider;
    this.#sources = new Map(sources.map(({ id, connector }) => [id, connector]));
  }

  async *inventory(location: string): AsyncGenerator<FoundObject, void> {
    const { id, path, connector } = this.#route(location);
    for await (const found of connector.inventory(path)) yield outward(id, found);
  }

  async listAgain(location: string): Promise<ConnectorListing> {
    const { id, path, connector } = this.#route(location);
    const { found, requestId } = await connector.listAgain(path);
    return { found: found.map((object) => outward(id, object)), requestId };
  }

  async sha256(object: FoundObject): ReturnType<PlaintextConnector['sha256']> {
    const { path, connector } = this.#route(object.location);
    return connector.sha256({ ...object, location: path });
  }

  async delete(
    object: FoundObject,
    expected: Parameters<PlaintextConnector['delete']>[1],
  ): ReturnType<PlaintextConnector['delete']> {
    const { path, connector } = this.#route(object.location);
    return connector.delete({ ...object, location: path }, expected);
  }

  async *read(object: FoundObject, range?: Parameters<PlaintextConnector['read']>[1]): AsyncGenerator<Uint8Array> {
    const { path, connector } = this.#route(object.location);
    yield* connector.read({ ...object, location: path }, range);
  }

  #route(location: string): { readonly id: string; readonly path: string; readonly connector: PlaintextConnector } {
    const slash = location.indexOf('/');
    const id = location.slice(0, Math.max(0, slash));
    const connector = this.#sources.get(id);
    if (connector !== undefined) return { id, path: location.slice(slash + 1), connector };
    throw new ConnectorError('location-refused', 'the configuration has no source of this name (any more)');
  }
}

function outward(id: string, object: FoundObject): FoundObject {
  return { ...object, location: `${id}/${object.location}` };
}
