import { describeMutation } from './mutation';

describeMutation({
  proof: 'mutation-guess-limiter',
  project: 'libs/key-vault',
  files: ['guess-budget', 'guess-veto', 'recovery', 'shred', 'login-evaluation', 'kept-figures'].map(
    (name) => `src/${name}.ts`,
  ),
  // Not the random histories: a suite that names what it asserts has to notice.
  suites: [
    'src/guess-budget.spec.ts',
    ...['vault-services', 'guess', 'guess-veto', 'login-resume', 'login-end', 'shred'].map(
      (name) => `test/${name}.spec.ts`,
    ),
  ],
});
