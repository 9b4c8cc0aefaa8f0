import { describe, expect, it } from 'vitest';
import * as deviceProtocol from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(deviceProtocol).sort()).toEqual([
      'DeviceError',
      'connectDevice',
      'csrfHeaderName',
      'deviceErrorCodes',
      'deviceMethods',
      'fileFormats',
      'maximumFiles',
      'maximumHits',
      'maximumMessagesPerRead',
      'mostNamed',
      'protocolVersion',
      'serveDevice',
    ]);
  });
});
