import { join } from 'node:path'
import { ensureDir } from '@interlock/host'
import { openSelfStation } from './self.ts'
import type { StationDriver, Way } from './subject.ts'
import { waitingClock } from './waiting-clock.ts'

/** What a test has a person do at a station in a process of its own; `done` comes back. */
export type Errand =
  | { readonly does: 'sets up'; readonly way: Omit<Way, 'certify'>; readonly made: Made }
  | { readonly does: 'plugs in' | 'loses power' }
  | { readonly does: 'presents'; readonly idToken: string; readonly type: 'ISO14443' }
export type Made = { readonly keyPem: string; readonly chainPem: string }

let driver: StationDriver | undefined
let started = 0

async function run(errand: Errand, dir: string): Promise<void> {
  if (errand.does === 'sets up') {
    await driver?.close()
    started += 1
    // The first of a place of its own, so that it is the same station every time.
    const place = join(dir, `set-up-${started}`)
    ensureDir(place)
    const subject = openSelfStation(place)
    const way = { ...errand.way, certify: () => errand.made }
    driver = await subject.start(waitingClock(), way)
  }
  if (errand.does === 'plugs in') await driver?.plugsIn()
  if (errand.does === 'loses power') await driver?.losesPower()
  if (errand.does === 'presents')
    await driver?.presents({ idToken: errand.idToken, type: errand.type })
}

const dir = process.argv[2] ?? ''
process.on('message', (errand: Errand) => void run(errand, dir).then(() => process.send?.('done')))
process.once('disconnect', () => void driver?.close().finally(() => process.exit()))
