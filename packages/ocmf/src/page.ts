/** Readings of a transaction, and those that belong to none. Each context counts for itself. */
export type PageContext = 'T' | 'F'
export type Page = { readonly context: PageContext; readonly number: number }

/** `PG` as a record has it. */
export const pageOf = (text: string): Page => ({
  context: text.startsWith('F') ? 'F' : 'T',
  number: Number(text.slice(1)),
})
