import { describe, expect, it } from 'vitest';
import { vCardOf } from './vcard';

describe('vCardOf', () => {
  it('writes names, numbers and addresses', () => {
    const card = vCardOf({
      name: { given: 'Bo', family: 'Example', nickname: 'B' },
      organization: 'Sails; Ropes, Knots',
      numbers: [{ value: '+15550001', type: 'mobile' }],
      emails: [{ value: 'bo@example.org', type: 'custom', label: 'boat' }],
      addresses: [{ street: 'Quay 1', city: 'Harbour', type: 'home' }],
    });
    expect(card.split('\r\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Example;Bo;;;',
      'FN:Bo Example',
      'NICKNAME:B',
      'ORG:Sails\\; Ropes\\, Knots',
      'TEL;TYPE=CELL:+15550001',
      'EMAIL;TYPE=CUSTOM;X-LABEL="boat":bo@example.org',
      'ADR;TYPE=HOME:;;Quay 1;Harbour;;;',
      'END:VCARD',
      '',
    ]);
  });
  it.each([
    { name: { given: 'x\r\nEND:VCARD\r\nBEGIN:VCARD' } },
    { numbers: [{ value: '1\nTEL:2', label: 'a"\r\nX:y' }] },
    { organization: 'a\rb\nc' },
  ])('never lets a fact become a line of its own: %j', (contact) => {
    const lines = vCardOf(contact).split(/[\r\n]+/);
    expect(lines.filter((line) => line === 'BEGIN:VCARD')).toHaveLength(1);
    expect(lines.every((line) => line === '' || /^(?:BEGIN|VERSION|N|FN|ORG|TEL|END)[:;]/.test(line))).toBe(true);
  });
  it('is a card even of nothing', () => {
    expect(vCardOf({})).toBe('BEGIN:VCARD\r\nVERSION:3.0\r\nN:;;;;\r\nFN:\r\nEND:VCARD\r\n');
  });
});
