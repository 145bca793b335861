import { existsSync } from 'node:fs'
import type { DatabaseLogin } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import type { Session } from '../worlds/day.ts'
import { holdCeremony, renewSmartMeterList } from './ceremony.ts'
import { streetBudget, type Plan } from './configs.ts'
import { streetFeeder } from './feeder-model.ts'
import { layoutOf } from './layout.ts'
import { agreeOnRoaming } from './roaming-configs.ts'
import {
  databaseNames,
  openStreetFile,
  readStreet,
  saveStreetFile,
  type StreetFile,
} from './street-file.ts'

/** A street on disk: what it is made of, and the logins that its database cluster gives out. */
export type MadeStreet = {
  readonly plan: Plan
  readonly databases: readonly DatabaseLogin[]
  readonly databasePort: number
}

/**
 * Opens the street in `dir`, or makes one: ports, secrets, two roots and an identity for each party.
 * Nothing is started. What a killed process left half made is finished.
 *
 * @throws Fault StreetMismatch, StreetUnreadable or a disk Fault
 */
export async function makeStreet(
  dir: string,
  stations: number,
  sessions: readonly Session[],
  say: (words: string) => void,
): Promise<MadeStreet> {
  const { file, homes, layout, fresh } = await openStreetFile(dir, stations)
  if (fresh) {
    say('Holding the key ceremony: two roots, an identity for each party.')
    holdCeremony(layout, homes)
    agreeOnRoaming(layout)
    saveStreetFile(layout, file)
  }
  // Whoever opens a street has the authority renew its list: nobody believes one older than 72 h.
  renewSmartMeterList(layout)
  const databasePort = known(file.ports['database'], 'port of database')
  const databases = databaseLogins(file)
  const plan: Plan = {
    layout,
    homes,
    secretsOf: ({ number }) => known(file.secrets.homes[number - 1], `secrets of home ${number}`),
    secrets: file.secrets,
    feeder: streetFeeder(homes.length),
    port: (name) => known(file.ports[name], `port of ${name}`),
    databaseUrl: (name) => {
      const login = known(
        databases.find((each) => each.name === name),
        `database ${name}`,
      )
      const secret = encodeURIComponent(login.password)
      return `postgresql://${login.user}:${secret}@127.0.0.1:${databasePort}/${name}`
    },
    sessions,
    budget: streetBudget(homes.length),
  }
  return { plan, databases, databasePort }
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

const databaseLogins = (file: StreetFile): readonly DatabaseLogin[] =>
  databaseNames.map((name) => ({
    name,
    user: name,
    password: known(file.secrets.databases[name], `password of ${name}`),
  }))

function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new TypeError(`the street has no ${what}`)
  return value
}
