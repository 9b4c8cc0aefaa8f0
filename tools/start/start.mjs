// `npm start`: the whole platform on this machine. Runs under any Node >= 20.19, then hands over to the Node 24 it brings.
import { spawn } from 'node:child_process';
import { ensureInstalled, workspaceRoot } from './ensure-install.mjs';

const node = await ensureInstalled();
const child = spawn(node, ['tools/start/platform.mjs', ...process.argv.slice(2)], {
  cwd: workspaceRoot,
  stdio: 'inherit',
});
// Ctrl-C reaches the whole process group: the child stops its services in order and this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
