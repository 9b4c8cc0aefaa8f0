'use client';

import { useEffect, useRef, useState } from 'react';

/**
 * Takes a file that is dropped anywhere on the page; left alone, a browser would show it in the place of the page, and what is open
 * here would be gone.
 *
 * @param take - null where no file is taken now: it is then ignored
 * @returns whether a file is being dragged over the page
 */
export function useFileDrop(take: ((file: File) => void) | null): boolean {
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
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) taking.current?.(file);
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
