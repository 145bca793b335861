import { ok, refused, type Outcome } from '@interlock/kernel'
import { mismatches, type Facts, type Mismatch } from './mismatch.ts'
import { preCommandFacts } from './pre-command-facts.ts'
import { requestFacts } from './request-facts.ts'

/**
 * Compares a pre-command with the service request it was made from, before it is signed. It shares
 * no code with what made either, so that one fault or one compromised transformer is not believed
 * twice. The request is the caller's own, the pre-command is the data company's.
 */
export function correlate(
  requestXml: string,
  preCommand: Uint8Array,
): Outcome<'matches', Mismatch> {
  const wanted = requestFacts(requestXml)
  return wanted === undefined ? refused('RequestUnreadable') : compare(wanted, preCommand)
}

/** The same for a request that has been read. */
export function compare(wanted: Facts, preCommand: Uint8Array): Outcome<'matches', Mismatch> {
  const made = preCommandFacts(preCommand)
  if (made === undefined) return refused('PreCommandUnreadable')
  const different = firstDifference(wanted, made)
  return different === undefined
    ? ok('matches')
    : refused(different, detail(different, wanted, made))
}

const firstDifference = (wanted: Facts, made: Facts): Mismatch | undefined =>
  (Object.keys(mismatches) as Mismatch[]).find((name) => wanted[name] !== made[name])

const detail = (name: Mismatch, wanted: Facts, made: Facts): string =>
  `asked for ${(wanted[name] ?? 'none').slice(0, 60)}, got ${(made[name] ?? 'none').slice(0, 60)}`
