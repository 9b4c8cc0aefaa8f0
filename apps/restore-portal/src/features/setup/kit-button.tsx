'use client';

import type { DeviceClient } from '@coffer/device-protocol';
import { Button } from '@coffer/web-ui';
import { FileDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { DeviceAlert } from '../device/device-alert';
import { useAct } from '../device/use-act';
import { offerDownload } from '../open-file/offer-download';

export interface KitButtonProps {
  readonly device: DeviceClient;
  readonly keyIdHex: string;
}

/** Has the device make the emergency kit, and the browser save it: it goes nowhere else. */
export function KitButton({ device, keyIdHex }: KitButtonProps): ReactNode {
  const make = useAct<null>();
  const save = async (): Promise<null> => {
    const { content } = await device.call('makeKit', {});
    offerDownload(content, `coffer-emergency-kit-${keyIdHex.slice(0, 4)}.pdf`);
    return null;
  };
  return (
    <div className="flex flex-col gap-3">
      {make.error !== null && <DeviceAlert error={make.error} />}
      <div className="flex">
        <Button isBusy={make.isBusy} onClick={() => make.run(save)}>
          <FileDown aria-hidden="true" className="size-4" />
          {text(make.isBusy ? 'setup.kit-busy' : 'setup.kit')}
        </Button>
      </div>
    </div>
  );
}
