/** What the numbers of WhatsApp's system lines mean (`action_type`), as far as this project knows them. */
const words: ReadonlyMap<string, string> = new Map([
  ['1', 'subject changed'],
  ['4', 'people added'],
  ['5', 'somebody left'],
  ['6', 'icon changed'],
  ['7', 'people removed'],
  ['10', 'number changed'],
  ['11', 'group created'],
  ['12', 'people added'],
  ['13', 'somebody left'],
  ['14', 'people removed'],
  ['15', 'made an admin'],
  ['18', 'security code changed'],
  ['19', 'messages are now end-to-end encrypted'],
  ['20', 'joined by a link'],
  ['27', 'description changed'],
  ['28', 'number changed'],
  ['46', 'state of the business account'],
  ['50', 'state of the business account'],
  ['56', 'timer of disappearing messages changed'],
  ['57', 'security code changed'],
  ['58', 'contact blocked or unblocked'],
  ['59', 'timer of disappearing messages changed'],
  ['67', 'messages are now end-to-end encrypted'],
  ['69', 'state of the business account'],
  ['129', 'is a contact'],
]);

/** The event in English words; absent for a number that is not known. */
export function actionWords(action: string): string | undefined {
  return words.get(action);
}
