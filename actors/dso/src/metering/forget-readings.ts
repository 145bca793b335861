import { removeFile } from '@interlock/host'
import type { Audit } from '@interlock/ledger'

/**
 * What earlier releases kept of homes, with the cards that charged there: no operator of the network has a ground for
 * that, and nothing reads it. What proves it goes with the others that are too old.
 */
export function forgetReadings(data: string, audit: Pick<Audit, 'record'>): void {
  const file = 'readings.journal'
  if (removeFile(`${data}/${file}`))
    audit.record('RecordsForgotten', { file, why: 'no ground to have who charged' })
}
