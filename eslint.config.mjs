import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { confinements } from './tools/lint/confinements.mjs';
import { layerConstraints, sideConstraints } from './tools/lint/boundaries.mjs';

const source = ['**/*.ts', '**/*.tsx'];

/**
 * Who may import what and call what: rules of this house, which look at one file and the graph of projects. What needs types is in
 * .oxlintrc.json, for a checker that takes seconds where this one took minutes (docs/adr/0013-two-linters.md).
 */
export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/dist',
      '**/.next',
      '**/generated',
      '**/reports',
      '**/next-env.d.ts',
      '**/*.mjs',
      '**/test-results',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: source,
    languageOptions: { parser: tseslint.parser },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          // an import that waits for its first use does not make every other import of the lib wait
          checkDynamicDependenciesExceptions: ['@coffer/chat-formats', '@coffer/chat-formats/node'],
          depConstraints: [...layerConstraints, ...sideConstraints],
        },
      ],
    },
  },
  ...confinements,
);
