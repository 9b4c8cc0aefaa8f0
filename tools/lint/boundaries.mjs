// Which layer may use which, and which side may use which: docs/architecture.md, "Folders".

const order = ['primitive', 'contract', 'domain', 'adapter', 'ui', 'feature', 'app'];

/** A layer may use itself and everything below it; `ui` and `feature` stand side by side above `adapter`. */
const layersBelow = {
  primitive: ['primitive'],
  contract: ['primitive', 'contract'],
  domain: ['primitive', 'contract', 'domain'],
  adapter: ['primitive', 'contract', 'domain', 'adapter'],
  ui: ['primitive', 'contract', 'domain', 'adapter', 'ui'],
  feature: ['primitive', 'contract', 'domain', 'adapter', 'feature'],
  app: ['primitive', 'contract', 'domain', 'adapter', 'ui', 'feature'],
};

/** The rule before all others: nothing that runs on a server, or is bundled by one, reaches a client lib. */
const sidesBelow = {
  shared: ['shared'],
  server: ['server', 'shared'],
  client: ['client', 'shared'],
  browser: ['browser', 'shared'],
};

const tags = (prefix, names) => names.map((name) => `${prefix}:${name}`);

// test-kit is allowed by tag everywhere and then confined to *.spec.ts and apps/e2e by glob (confinements.mjs).
export const layerConstraints = [
  ...order.map((layer) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [...tags('layer', layersBelow[layer]), 'layer:testing'],
  })),
  { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['*'] },
];

export const sideConstraints = [
  ...Object.entries(sidesBelow).map(([side, below]) => ({
    sourceTag: `side:${side}`,
    onlyDependOnLibsWithTags: [...tags('side', below), 'side:testing'],
  })),
  { sourceTag: 'side:testing', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'side:tool', onlyDependOnLibsWithTags: ['*'] },
];
