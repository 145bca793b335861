import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { diskFault, endOrphan, silentLog } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { servers } from './address-book.ts'
import { layoutOf } from './layout.ts'

/** The claim of the process that uses the folder. */
const claim = 'in-use-by.json'

/** Everything else that a street keeps directly below its folder, besides `street.json`. */
const ours: readonly string[] = [
  'world-clock.json',
  'ceremony',
  'trust',
  'installer',
  'dsrsp-operator',
  'csms-operator',
  'supervisor-maintainer',
  'provider-desk',
  'roaming',
  'feeder-meter',
  'database',
  'homes',
  ...servers,
]

/**
 * Demands that a street may be kept in `dir`: that it is new, empty, or a street's already.
 *
 * @throws Fault FolderNotOurs or a disk Fault
 */
export function demandStreetFolder(dir: string): void {
  const stranger = entriesOf(dir).find((name) => name !== claim && !ours.includes(name))
  if (stranger === undefined || existsSync(layoutOf(dir).street)) return
  throw new Fault('FolderNotOurs', `${dir}: holds “${stranger}” and no street`, {
    remedy: 'give --data a new or empty folder',
  })
}

/**
 * Removes the street in `dir` and nothing else: what it did not make itself stays. The caller has
 * claimed the folder.
 *
 * @throws Fault FolderNotOurs when there is no street, or a disk Fault
 */
export async function clearStreet(dir: string): Promise<void> {
  const entries = entriesOf(dir)
  if (entries.every((name) => name === claim)) return
  if (!existsSync(layoutOf(dir).street))
    throw new Fault('FolderNotOurs', `${dir}: holds no street.json, so nothing was removed`, {
      remedy: 'start without --reset, or give --data another folder',
    })
  await endOrphan(join(layoutOf(dir).cluster, 'postgres'), silentLog)
  try {
    // `street.json` goes last, so that an interrupted reset can be done again.
    for (const name of ours) rmSync(join(dir, name), { recursive: true, force: true })
    rmSync(layoutOf(dir).street, { force: true })
  } catch (cause) {
    throw diskFault(dir, cause)
  }
}

function entriesOf(dir: string): readonly string[] {
  try {
    return existsSync(dir) ? readdirSync(dir) : []
  } catch (cause) {
    throw diskFault(dir, cause)
  }
}
