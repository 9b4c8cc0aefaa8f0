import { EyeOff, FileCheck2, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { FileDrop, type FileDropProps } from './file-drop';

/** What this page promises, and a place for the file. */
export function ChooseFile(drop: FileDropProps): ReactNode {
  const promises = [
    [WifiOff, text('open.promise-stays')],
    [EyeOff, text('open.promise-forgets')],
    [FileCheck2, text('open.promise-untouched')],
  ] as const;
  const formats = [
    text('open.what-whatsapp'),
    text('open.what-export'),
    text('open.what-signal'),
    text('open.what-json'),
    text('open.what-names'),
  ];
  return (
    <>
      <FileDrop {...drop} />
      <ul className="flex flex-col gap-3">
        {promises.map(([Icon, promise]) => (
          <li key={promise} className="flex gap-3 leading-relaxed text-muted">
            <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />
            {promise}
          </li>
        ))}
      </ul>
      <section aria-labelledby="open-what" className="flex flex-col gap-2 border-t border-line pt-5">
        <h2 id="open-what" className="text-[0.9375rem] font-semibold">
          {text('open.what')}
        </h2>
        <ul className="flex list-disc flex-col gap-1 ps-5 text-[0.9375rem] leading-relaxed text-muted">
          {formats.map((format) => (
            <li key={format}>{format}</li>
          ))}
        </ul>
      </section>
    </>
  );
}
