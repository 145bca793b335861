/** What a terminal would obey, or show in another order than it is: controls but line feed and tab, and marks of direction. */
const obeyed = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu

/** Words for a terminal, which may quote a file or an answer of another machine: it shows them and obeys none. */
export const visible = (words: string): string =>
  words.replace(obeyed, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
