import { ButtonLink } from '@coffer/web-ui';
import { useId, type ReactNode } from 'react';
import { SubmitButton } from '../controls/submit-button';
import { formatWord } from './format';

const controlLook = 'min-h-11 w-full rounded-xl border border-edge bg-surface px-3 py-2 text-[0.9375rem]';

/** One filter: a choice among words, or text. */
export interface Filter {
  readonly name: string;
  readonly title: string;
  readonly value: string | undefined;
  /** Missing: the filter is text. */
  readonly choices?: readonly string[];
}

export interface FilterFormProps {
  /** Path of the screen; the filters become its query. */
  readonly path: string;
  readonly filters: readonly Filter[];
  /** Set where the address held a filter that is none. */
  readonly isAddressWrong: boolean;
}

/** Filters that live in the address: a GET form, so that what is looked at can be sent to a colleague. */
export function FilterForm({ path, filters, isAddressWrong }: FilterFormProps): ReactNode {
  const isFiltered = filters.some(({ value }) => value !== undefined);
  return (
    <form method="get" action={path} role="search" aria-label="Filters" className="flex flex-wrap items-end gap-3">
      {filters.map((filter) => (
        <FilterControl key={filter.name} filter={filter} />
      ))}
      <SubmitButton>Show</SubmitButton>
      {isFiltered && (
        <ButtonLink variant="quiet" href={path}>
          Show all
        </ButtonLink>
      )}
      {isAddressWrong && (
        <p role="status" className="basis-full text-sm text-warning">
          A filter in the address is not known and was left out.
        </p>
      )}
    </form>
  );
}

function FilterControl({ filter }: { readonly filter: Filter }): ReactNode {
  const id = useId();
  const { name, title, value, choices } = filter;
  return (
    <div className="flex w-44 flex-col gap-1">
      <label htmlFor={id} className="text-sm text-muted">
        {title}
      </label>
      {choices === undefined ? (
        <input id={id} name={name} defaultValue={value} className={controlLook} autoComplete="off" spellCheck={false} />
      ) : (
        <select id={id} name={name} defaultValue={value ?? ''} className={controlLook}>
          <option value="">all</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {formatWord(choice)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
