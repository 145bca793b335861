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
