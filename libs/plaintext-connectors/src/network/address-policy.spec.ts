import { createServer } from 'node:http';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AddressPolicy } from './address-policy';
import { guardedAgents, type Resolve } from './guarded-agents';

describe('AddressPolicy', () => {
  it.each([
    '127.0.0.1',
    '127.255.0.9',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '[::1]',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    'ff02::1',
    '',
    'localhost',
    '2130706433',
  ])('refuses %j', (address) => {
    expect(new AddressPolicy().allows(address)).toBe(false);
  });

  it.each(['1.1.1.1', '52.95.150.1', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
    'allows %s',
    (address) => {
      expect(new AddressPolicy().allows(address)).toBe(true);
    },
  );

  it('allows loopback and networks of the operator only where told', () => {
    const policy = new AddressPolicy({ allowLoopback: true, allowNetworks: ['10.1.0.0/16', 'fd00:1::/32'] });
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.9.9', 'fd00:1::7']) {
      expect(policy.allows(address), address).toBe(true);
    }
    for (const address of ['10.2.0.1', 'fd00:2::7', '169.254.169.254'])
      expect(policy.allows(address), address).toBe(false);
  });

  it.each(['10.0.0.0', '10.0.0.0/x', 'local/8', '10.0.0.0/'])('refuses the network %j', (network) => {
    expect(() => new AddressPolicy({ allowNetworks: [network] })).toThrow(RangeError);
  });
});

describe('guardedAgents', () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.host ?? '');
    response.end('here');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (host: string, resolve: Resolve, allowLoopback = false): Promise<string> => {
    const { http } = guardedAgents(
      { hosts: ['store.example'], addresses: new AddressPolicy({ allowLoopback }) },
      resolve,
    );
    return new Promise((done, fail) => {
      const request = get({ host, port, agent: http }, (response) => {
        response.resume();
        response.once('end', () => done('answered'));
      });
      request.once('error', fail);
    });
  };
  const loopback = { address: '127.0.0.1', family: 4 };

  it('connects to the address that was checked, and to no other', async () => {
    expect(await ask('store.example', async () => [loopback], true)).toBe('answered');
  });

  it('refuses a name that resolves to a refused address, among others or alone', async () => {
    const before = requests.length;
    for (const addresses of [[loopback], [{ address: '1.1.1.1', family: 4 }, loopback], []]) {
      await expect(ask('store.example', async () => addresses)).rejects.toMatchObject({ code: 'endpoint-refused' });
    }
    expect(requests.length).toBe(before);
  });

  it('checks again on each connection, so that a name cannot change its mind (DNS rebinding)', async () => {
    let asked = 0;
    const rebinding: Resolve = async () => {
      asked += 1;
      return asked === 1 ? [loopback] : [{ address: '169.254.169.254', family: 4 }];
    };
    expect(await ask('store.example', rebinding, true)).toBe('answered');
    await expect(ask('store.example', rebinding, true)).rejects.toMatchObject({ code: 'endpoint-refused' });
  });

  it('refuses a host that is not on the list before it is looked up', async () => {
    let asked = 0;
    const counting: Resolve = async () => {
      asked += 1;
      return [loopback];
    };
    for (const host of ['other.example', '127.0.0.1', 'store.example.evil']) {
      await expect(ask(host, counting, true)).rejects.toMatchObject({ code: 'endpoint-refused' });
    }
    expect(asked).toBe(0);
  });
});
