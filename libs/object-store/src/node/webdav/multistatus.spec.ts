import { describe, expect, it } from 'vitest';

import { parseMultistatus } from './multistatus';

const answer = (responses: string, namespaces = 'xmlns:D="DAV:"'): string =>
  `<?xml version="1.0"?><D:multistatus ${namespaces}>${responses}</D:multistatus>`;

describe('parseMultistatus', () => {
  it('reads what Nextcloud, Apache and IIS write: prefixes, attributes, whole URLs, properties that are missing', () => {
    const nextcloud = `<?xml version="1.0"?>
      <d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:oc="http://owncloud.org/ns">
        <d:response>
          <d:href>/remote.php/dav/files/a%C3%A4/x%20y/</d:href>
          <d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype>
            <d:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</d:getlastmodified></d:prop>
            <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
          <d:propstat><d:prop><d:getcontentlength/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
        </d:response>
      </d:multistatus>`;
    expect(parseMultistatus(nextcloud)).toEqual([
      { path: '/remote.php/dav/files/aä/x y', isCollection: true, sizeBytes: undefined, modifiedMs: 784_111_777_000 },
    ]);
    const apache = `<D:multistatus xmlns:D="DAV:" xmlns:ns0="DAV:"><D:response xmlns:lp1="DAV:">
      <D:href>http://host/a&amp;b</D:href><D:propstat><D:prop><lp1:resourcetype/>
      <lp1:getcontentlength xmlns:b="urn:x" b:dt="int">12</lp1:getcontentlength></D:prop>
      <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;
    expect(parseMultistatus(apache)).toEqual([
      { path: '/a&b', isCollection: false, sizeBytes: 12, modifiedMs: undefined },
    ]);
    expect(parseMultistatus('<multistatus xmlns="DAV:"/>')).toEqual([]);
  });

  it('believes no element of another namespace', () => {
    const foreign =
      '<D:response><D:href>/a</D:href><D:propstat><D:prop><x:getcontentlength>9</x:getcontentlength></D:prop>' +
      '<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>';
    expect(parseMultistatus(answer(foreign, 'xmlns:D="DAV:" xmlns:x="urn:x"'))).toEqual([
      { path: '/a', isCollection: false, sizeBytes: undefined, modifiedMs: undefined },
    ]);
    expect(parseMultistatus('<multistatus/>')).toBeUndefined();
  });

  it.each([
    '',
    'not XML',
    '<html><body>Sign in</body></html>',
    '<D:multistatus xmlns:D="DAV:"><D:response>',
    answer('<D:response/>'),
    answer('<D:response><D:href>%zz</D:href></D:response>'),
    '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">]><m>&a;</m>',
    '<D:a xmlns:D="DAV:">'.repeat(100_000),
  ])('refuses what is no such answer (%#)', (text) => {
    expect(parseMultistatus(text)).toBeUndefined();
  });
});
