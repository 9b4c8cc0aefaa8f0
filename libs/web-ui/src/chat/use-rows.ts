import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import type { Key, RefObject } from 'react';

export interface RowsOptions {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Pixels of a row before it is measured. */
  readonly estimatePixels: number;
  readonly keyOf?: (index: number) => string | number;
  /** `end` keeps the last row in place while rows above it change their height. */
  readonly anchorTo?: 'start' | 'end';
  readonly paddingPixels?: number;
}

/** The rows of a virtual list that are in the page now. */
export interface Rows {
  readonly items: readonly (Omit<VirtualItem, 'key'> & { readonly key: Key })[];
  readonly totalPixels: number;
  /** Ref of every row, which must bear `data-index`. */
  readonly measure: (row: Element | null) => void;
  readonly scrollToIndex: (index: number, align?: 'auto' | 'center' | 'end') => void;
}

/** The one place where lists become virtual: rows of any height, of which only those in view are in the page. */
export function useRows(options: RowsOptions): Rows {
  const { count, scroller, estimatePixels, keyOf, anchorTo = 'start', paddingPixels = 0 } = options;
  const rows = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimatePixels,
    ...(keyOf === undefined ? {} : { getItemKey: keyOf }),
    overscan: 12,
    anchorTo,
    paddingStart: paddingPixels,
    paddingEnd: paddingPixels,
  });
  return {
    items: rows.getVirtualItems(),
    totalPixels: rows.getTotalSize(),
    measure: rows.measureElement,
    scrollToIndex: (index, align = 'auto') => rows.scrollToIndex(index, { align }),
  };
}
