import { describeMutation } from './mutation';

describeMutation({
  proof: 'mutation-crypto-framing',
  project: 'libs/device-crypto',
  files: [
    ...['message-keys', 'piece-cipher', 're-cut', 'reader', 'sizes', 'streams'].map((name) => `chunked/${name}`),
    ...['keyring', 'sealed-backup-key', 'digits'],
  ].map((name) => `src/${name}.ts`),
  suites: [
    'src/chunked/*.spec.ts',
    ...['keyring', 'sealed-backup-key', 'digits', 'index'].map((name) => `src/${name}.spec.ts`),
  ],
});
