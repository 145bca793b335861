import { existsSync } from 'node:fs'
import { loadIdentity, readText, type Identity } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { csmsOperatorDir } from './ceremony.ts'
import { layoutOf } from './layout.ts'
import { readStreet } from './street-file.ts'

/** What an operator needs to speak with a CSMS: where it is, who they are, and whom they believe. */
export type Desk = {
  readonly url: string
  readonly identity: Identity
  readonly roots: readonly string[]
}

/**
 * The desk of the operator of the street in `dir`, which may be running meanwhile.
 * @throws Fault StreetMissing, StreetUnreadable, IdentityUnreadable or a disk Fault
 */
export function deskOf(dir: string): Desk {
  const layout = layoutOf(dir)
  if (!existsSync(layout.street))
    throw new Fault('StreetMissing', `${dir}: holds no street`, {
      remedy: `make one first: interlock init --data ${dir}`,
    })
  const { ports } = readStreet(layout.street)
  return {
    url: `https://127.0.0.1:${ports['csms'] ?? 0}`,
    identity: loadIdentity(csmsOperatorDir(layout)),
    roots: [readText(layout.trust.charging)],
  }
}
