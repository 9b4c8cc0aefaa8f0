'use client';

import { useEffect, useRef, useState } from 'react';

/**
 * Takes files that are dropped anywhere on the page; left alone, a browser would show it in the place of the page, and what is open
 * here would be gone.
 *
 * @param take - null where no file is taken now: what is dropped is then ignored
 * @returns whether a file is being dragged over the page
 */
export function useFileDrop(take: ((files: readonly File[]) => void) | null): boolean {
  const [isOver, setOver] = useState(false);
  const taking = useRef(take);
  useEffect(() => {
    taking.current = take;
  }, [take]);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) taking.current?.(files);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}
