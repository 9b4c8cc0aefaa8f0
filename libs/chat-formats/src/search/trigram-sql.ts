/**
 * The table of trigrams: FTS5 (sqlite.org/fts5.html, sections 4.3.3 and 4.4) without the texts themselves and without places in them.
 * The texts are folded already.
 */
export const trigramTableSql =
  "PRAGMA journal_mode = OFF; PRAGMA temp_store = MEMORY; CREATE VIRTUAL TABLE texts USING fts5(text, content = '', detail = 'none', " +
  "columnsize = 0, tokenize = 'trigram case_sensitive 1'); BEGIN";

export const addTextSql = 'INSERT INTO texts(rowid, text) VALUES (?, ?)';
export const findTextsSql = 'SELECT rowid FROM texts WHERE texts MATCH ?';

/** A query for all of these trigrams; what stands in quotation marks is no operator. */
export const trigramQuery = (trigrams: readonly string[]): string =>
  trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
