import type { Instant, StationId } from '@interlock/kernel'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { sentenceOn, type Misuse } from '../core/misused-cards.ts'
import { note } from '../known.ts'

/** Puts on file what is held of a misused card. */
export const keepMisuse = (
  context: Pick<Context, 'deps' | 'known' | 'misused'>,
  misuse: Misuse,
  charges: readonly object[] = [],
): Promise<void> => {
  context.misused.put(misuse)
  const { uid, station } = misuse
  const told = charges.length === 0 ? {} : { charges }
  const value = { ...misuse, sentence: sentenceOn(misuse), ...told }
  return note(context, station as StationId, learned('cardFinding', uid, value))
}

/** What counted before a restart. */
export async function restoreMisuses({
  known,
  misused,
}: Pick<Context, 'known' | 'misused'>): Promise<void> {
  for (const { value } of await known.ofKind('cardFinding')) misused.put(value as Misuse)
}

/**
 * The issuer of a card, or this operator, has said something newer of it than what was found: whoever answers for the
 * card has dealt with it.
 */
export async function settleMisuse(
  context: Pick<Context, 'deps' | 'audit' | 'known' | 'misused'>,
  { uid, issuer, at }: { readonly uid: string; readonly issuer?: string; readonly at: Instant },
): Promise<void> {
  const now = context.deps.clock.now()
  for (const misuse of context.misused.before(uid, at, issuer)) {
    context.audit.critical('CardSettled', { uid, station: misuse.station, issuer: issuer ?? null })
    await keepMisuse(context, { ...misuse, measure: 'none', until: now })
  }
}
