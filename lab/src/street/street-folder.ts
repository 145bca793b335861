import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { diskFault } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { servers } from './address-book.ts'
import { layoutOf } from './layout.ts'
import { makeStreet, type MadeStreet } from './make-street.ts'
import { readStreet } from './street-file.ts'

/** Everything that a street keeps directly below its folder. `in-use-by.json` is the claim on it. */
const ours: readonly string[] = [
  'street.json',
  'ceremony',
  'trust',
  'installer',
  'database',
  'homes',
  'in-use-by.json',
  ...servers,
]

/**
 * Demands that a street may be kept in `dir`: that it is new, empty, or a street's already.
 *
 * @throws Fault FolderNotOurs or a disk Fault
 */
export function demandStreetFolder(dir: string): void {
  const stranger = entriesOf(dir).find((name) => !ours.includes(name))
  if (stranger === undefined || existsSync(layoutOf(dir).street)) return
  throw new Fault('FolderNotOurs', `${dir}: holds “${stranger}” and no street`, {
    remedy: 'give --data a new or empty folder',
  })
}

/**
 * Removes the street in `dir` and nothing else: what it did not make itself stays.
 *
 * @throws Fault FolderNotOurs when there is no street, or a disk Fault
 */
export function clearStreet(dir: string): void {
  const entries = entriesOf(dir)
  if (entries.length === 0) return
  if (!existsSync(layoutOf(dir).street)) {
    demandStreetFolder(dir)
    throw new Fault('FolderNotOurs', `${dir}: holds no street.json, so nothing was removed`, {
      remedy: 'start without --reset, or give --data another folder',
    })
  }
  try {
    // `street.json` goes last: an interrupted reset can be done again. The claim is its holder's.
    const last = ['street.json', 'in-use-by.json']
    for (const name of ours.filter((each) => !last.includes(each)))
      rmSync(join(dir, name), { recursive: true, force: true })
    rmSync(layoutOf(dir).street, { force: true })
    if (entriesOf(dir).length === 0) rmdirSync(dir)
  } catch (cause) {
    throw diskFault(dir, cause)
  }
}

/** Opens the street that `dir` holds, for its parts to be run one by one. @throws Fault StreetMissing */
export async function openMadeStreet(dir: string): Promise<MadeStreet> {
  const { street } = layoutOf(dir)
  if (!existsSync(street))
    throw new Fault('StreetMissing', `${dir}: holds no street`, {
      remedy: `make one first: interlock init --data ${dir}`,
    })
  return makeStreet(dir, readStreet(street).stations, [], () => {})
}

function entriesOf(dir: string): readonly string[] {
  try {
    return existsSync(dir) ? readdirSync(dir) : []
  } catch (cause) {
    throw diskFault(dir, cause)
  }
}
