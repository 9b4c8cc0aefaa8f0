import type { DrilledBackup } from '@coffer/device-protocol';
import { Alert, formatBytes, formatInstant } from '@coffer/web-ui';
import { FileWarning, Hourglass, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { locale, text } from '../../messages/text';

type Of<Outcome extends DrilledBackup['outcome']> = Extract<DrilledBackup, { outcome: Outcome }>;

/** What a fire drill found: what is safe, what is not, and what to do. */
export function DrillOutcome({ drilled }: { readonly drilled: DrilledBackup }): ReactNode {
  switch (drilled.outcome) {
    case 'sound':
      return <Sound drilled={drilled} />;
    case 'damaged':
      return <Damaged drilled={drilled} />;
    case 'unreadable':
      return <Unreadable drilled={drilled} />;
  }
}

function Sound({ drilled }: { readonly drilled: Of<'sound'> }): ReactNode {
  const { samplePercent, createdAt, bytes, messages, conversations, files, proof } = drilled;
  return (
    <>
      <Alert
        tone="success"
        icon={ShieldCheck}
        title={text(samplePercent === 100 ? 'drill.sound' : 'drill.sound-sample')}
      >
        <p>
          {text('drill.sound-text', {
            percent: samplePercent,
            date: formatInstant(Date.parse(createdAt), locale),
            bytes: formatBytes(bytes, locale),
            messages,
            chats: conversations,
            files,
          })}
          {proof === 'taken' && ` ${text('drill.proof-taken')}`}
        </p>
      </Alert>
      {proof !== 'taken' && (
        <Alert tone="warning" icon={Hourglass} title={text(`drill.${proof}`)}>
          {text(`drill.${proof}-text`)}
        </Alert>
      )}
    </>
  );
}

function Damaged({ drilled }: { readonly drilled: Of<'damaged'> }): ReactNode {
  const { samplePercent, createdAt, files, conversations } = drilled;
  const { damagedObjects, brokenFiles, brokenConversations } = drilled;
  return (
    <Alert tone="danger" icon={FileWarning} title={text('drill.damaged', { count: damagedObjects.count })}>
      <p>
        {text('drill.damaged-text', {
          percent: samplePercent,
          date: formatInstant(Date.parse(createdAt), locale),
        })}
      </p>
      <p className="mt-2">
        {text('drill.lost', {
          brokenFiles: brokenFiles.count,
          files,
          brokenChats: brokenConversations.count,
          chats: conversations,
        })}{' '}
        {text(restOf(drilled))}
      </p>
      <p className="mt-2">
        {damagedObjects.named.some(({ isMissing }) => isMissing) && `${text('drill.do-missing')} `}
        {damagedObjects.named.some(({ isMissing }) => !isMissing) && `${text('drill.do-damaged')} `}
        {text('drill.do-salvage')}
      </p>
      <details className="mt-2">
        <summary className="cursor-pointer font-medium">{text('drill.details')}</summary>
        <Named title={text('drill.objects')} {...objectsOf(damagedObjects)} />
        <Named title={text('drill.chats')} {...brokenConversations} />
        <Named title={text('drill.files')} {...brokenFiles} />
      </details>
    </Alert>
  );
}

/** What is said of what is not lost. */
function restOf({ samplePercent, files, conversations, brokenFiles, brokenConversations }: Of<'damaged'>) {
  if (brokenFiles.count === files && brokenConversations.count === conversations) return 'drill.rest-none';
  return samplePercent === 100 ? 'drill.rest' : 'drill.rest-sample';
}

function Unreadable({ drilled }: { readonly drilled: Of<'unreadable'> }): ReactNode {
  const { damagedObjects } = drilled;
  const isIndex = damagedObjects.named.some(({ path }) => path.startsWith('index/'));
  return (
    <Alert tone="danger" icon={FileWarning} title={text('drill.unreadable')}>
      <p>{text('drill.unreadable-text')}</p>
      <p className="mt-2">{text(isIndex ? 'drill.unreadable-index' : 'drill.unreadable-snapshot')}</p>
      <details className="mt-2">
        <summary className="cursor-pointer font-medium">{text('drill.details')}</summary>
        <Named title={text('drill.objects')} {...objectsOf(damagedObjects)} />
      </details>
    </Alert>
  );
}

const objectsOf = ({ named, count }: Of<'damaged'>['damagedObjects']) => ({
  named: named.map(({ path, isMissing }) =>
    text(isMissing ? 'drill.object-missing' : 'drill.object-damaged', { path }),
  ),
  count,
});

interface NamedProps {
  readonly title: string;
  readonly named: readonly string[];
  /** Of all, named or not. */
  readonly count: number;
}

function Named({ title, named, count }: NamedProps): ReactNode {
  if (count === 0) return null;
  return (
    <div className="mt-2">
      <p className="text-sm font-medium">{title}</p>
      <ul className="flex flex-col text-sm wrap-anywhere">
        {named.map((name, at) => (
          <li key={at}>
            <bdi>{name}</bdi>
          </li>
        ))}
        {count > named.length && <li>{text('drill.more', { count: count - named.length })}</li>}
      </ul>
    </div>
  );
}
