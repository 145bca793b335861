import { existsSync, readFileSync } from 'node:fs'
import { writeAtomic } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { homesOf, servers, type Home } from './address-book.ts'
import { layoutOf, type Layout } from './layout.ts'
import { freePorts } from './ports.ts'
import { makeSecrets, type StreetSecrets } from './secrets.ts'

/** What a street is, once made: its size, its ports and its secrets. Readable by its owner only. */
export type StreetFile = {
  /** Of what the folder holds: the parties' identities, and how they are configured. */
  readonly version: number
  readonly stations: number
  readonly ports: Readonly<Record<string, number>>
  readonly secrets: StreetSecrets
}

/** Raised when a folder that was made before lacks what its street needs now. */
const version = 2

/** Servers that keep a database; each has a login of its own. */
export const databaseNames = ['authority', 'supervisor', 'csms', 'dsrsp', 'dcc', 'emsp'] as const

/** Extra listeners, besides one for each server. */
const extraPorts = [
  'csms/ocpp2',
  'csms/ocpp3',
  'csms/oscp',
  'csms/ocpi',
  'csms/open-data',
  'dsrsp/ocpp',
  'dcc/wan',
  'dso/meters',
  'web/arm',
  'database',
]

/**
 * Opens the street in `dir`, or makes one of `stations` homes.
 *
 * @throws Fault StreetMismatch when the folder holds a street of another size or version, StreetUnreadable.
 */
export async function openStreetFile(
  dir: string,
  stations: number,
): Promise<{ file: StreetFile; homes: readonly Home[]; layout: Layout; fresh: boolean }> {
  const layout = layoutOf(dir)
  const homes = homesOf(stations)
  const deviceNames = homes.flatMap(({ number }) => [`home-${number}/hub`, `home-${number}/llcs`])
  const portNames = [...servers, ...extraPorts, ...deviceNames, 'home-1/door']
  if (existsSync(layout.street)) {
    const file = readStreet(layout.street)
    if (file.stations !== stations)
      throw new Fault('StreetMismatch', `${dir} holds a street of ${file.stations} chargers`, {
        remedy: `use --stations ${file.stations}, another --data, or --reset to begin again`,
      })
    if (file.version !== version || portNames.some((name) => file.ports[name] === undefined))
      throw new Fault('StreetMismatch', `${dir} holds a street of another version`, {
        remedy: 'use another --data, or --reset to begin again',
      })
    return { file, homes, layout, fresh: false }
  }
  const file: StreetFile = {
    version,
    stations,
    ports: await freePorts(portNames),
    secrets: makeSecrets(homes, databaseNames),
  }
  return { file, homes, layout, fresh: true }
}

/** Written last, when everything it speaks of is there. */
export const saveStreetFile = (layout: Layout, file: StreetFile): void =>
  writeAtomic(layout.street, `${JSON.stringify(file, null, 2)}\n`, 0o600)

export function readStreet(path: string): StreetFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StreetFile
  } catch (cause) {
    throw new Fault('StreetUnreadable', `${path} cannot be read`, {
      cause,
      remedy: 'use another --data, or --reset to begin again',
    })
  }
}
