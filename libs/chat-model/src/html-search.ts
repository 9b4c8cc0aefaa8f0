/**
 * The search field of a page. It narrows the page to messages with all the words, and says how many there are; words are compared
 * without case and accents. Text of messages is only ever read.
 */
export const searchScript = `'use strict';
(() => {
  const field = document.querySelector('.search input');
  const result = document.querySelector('.search output');
  const plain = (text) => text.normalize('NFKD').replace(/\\p{M}/gu, '').toLowerCase();
  const items = Array.from(document.querySelectorAll('ol > li, ul.list > li'), (element) => ({ element, isDay: element.className === 'day' }));
  const textOf = (item) => (item.text ??= plain(item.element.textContent));
  const search = () => {
    const words = plain(field.value).split(/\\s+/).filter((word) => word !== '');
    let found = 0;
    let day;
    for (const item of items) {
      if (item.isDay) {
        day = item.element;
        day.hidden = words.length > 0;
        continue;
      }
      const isFound = words.every((word) => textOf(item).includes(word));
      item.element.hidden = !isFound;
      if (isFound) {
        found++;
        if (day !== undefined) day.hidden = false;
      }
    }
    result.value = words.length === 0 ? '' : found + ' on this page';
  };
  field.addEventListener('input', search);
  document.querySelector('.search').hidden = false;
})();
`;

/** SHA-256 of `searchScript` as a Content Security Policy names it: no other script runs in a page. */
export const searchScriptHash = 'sha256-SDQL8eHDeB00eGCRUQ8NdP5YhdUBEvNwZcbGlYIthM8=';

/** Hidden where no script runs: the browser's own search is left. */
export const searchField =
  '<p class="search" hidden><label>Search this page <input type="search" autocomplete="off" dir="auto"></label> <output></output></p>';
