import { exits, type Invocation } from './command.ts'

/**
 * Prints that an input is refused and gives the exit code. A detail of the formats begins with the
 * field at fault and a colon.
 */
export function refuse(
  print: Invocation['print'],
  reason: string,
  meaning: string,
  detail = '',
): number {
  const colon = detail.indexOf(': ')
  const field = colon < 0 ? '' : detail.slice(0, colon)
  const seen = colon < 0 ? detail : detail.slice(colon + 2)
  const words = `${meaning}${seen === '' ? '' : ` (${seen})`}`
  const where = field === '' ? '' : `, ${field}`
  print({ ok: false, reason, field, words }, `refused${where}: ${words} [${reason}]`)
  return exits.failed
}

/** Refuses what a server refused: in `words` where it has them for the reason that the server gave. */
export function refuseAsTold(
  print: Invocation['print'],
  { reason, detail = '' }: { readonly reason: string; readonly detail?: string },
  words: Readonly<Record<string, string>>,
): number {
  // A reason of the server's own core is the last word of the detail.
  const named = Object.keys(words).find((each) => each === reason || detail.endsWith(each))
  return named === undefined
    ? refuse(print, reason, detail)
    : refuse(print, named, words[named] ?? detail)
}
