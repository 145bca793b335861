import { instant, type Eui64, type Instant } from '@interlock/kernel'
import type { History, Told } from '@interlock/privacy'
import type { Journal } from '@interlock/store'

/** What all stations of a set drew at the beginning of a round; negative is fed in. */
export type PowerSum = { readonly at: Instant; readonly watts: number; readonly stations: number }
/** What they used in the half-hour from `from` on. */
export type EnergySum = {
  readonly from: Instant
  readonly wattHours: number
  readonly stations: number
}
export type KeptRoster = {
  readonly version: number
  readonly toldAt: Instant
  /** Sorted, each with the key that it masks by. */
  readonly members: readonly KeptKey[]
}
/** A station and SHA-256 of its key, base64url. */
export type KeptKey = { readonly station: Eui64; readonly key: string }

/** What a feeder's sums rest on, and the sums themselves; on the disk before anything follows from it. */
export type SumStore = {
  readonly roster: KeptRoster | undefined
  readonly keys: ReadonlyMap<Eui64, string>
  /** Sets told of one roster in the latest two windows, oldest first. */
  historyOf(version: number): History
  /** The latest window in which a set of another roster was told. */
  otherWindow(version: number): number | undefined
  /** Whether that key was found to mask wrongly. */
  isExcluded(key: KeptKey): boolean
  tell(roster: KeptRoster): void
  learn(key: KeptKey): void
  told(version: number, told: Told): void
  exclude(key: KeptKey): void
  /** Of a half-hour that is summed again, what is of the most stations stays. */
  summed(power: PowerSum, energy: EnergySum): void
  /** Oldest first. */
  readonly powers: readonly PowerSum[]
  readonly energies: readonly EnergySum[]
  close(): void
}

type Entry =
  | { readonly does: 'tell'; readonly roster: KeptRoster }
  | { readonly does: 'learn'; readonly key: KeptKey }
  | { readonly does: 'exclude'; readonly key: KeptKey }
  | { readonly does: 'told'; readonly version: number; readonly told: Told }
  | { readonly does: 'summed'; readonly power?: PowerSum; readonly energy?: EnergySum }

const hourMillis = 3_600_000
/** Powers of a day, energies of two months. */
const keptMillis = { powers: 24 * hourMillis, energies: 62 * 24 * hourMillis } as const

export function openSumStore(journal: Journal): SumStore {
  let roster: KeptRoster | undefined
  let told: readonly { readonly version: number; readonly told: Told }[] = []
  let powers: readonly PowerSum[] = []
  const keys = new Map<Eui64, string>()
  const excluded = new Map<Eui64, string>()
  const energies = new Map<Instant, EnergySum>()

  const apply = (entry: Entry): void => {
    if (entry.does === 'tell') roster = entry.roster
    else if (entry.does === 'learn') keys.set(entry.key.station, entry.key.key)
    else if (entry.does === 'exclude') excluded.set(entry.key.station, entry.key.key)
    else if (entry.does === 'told') {
      const { window } = entry.told
      told = [...told.filter((each) => each.told.window >= window - 1), entry]
    } else {
      if (entry.power !== undefined) addPower(entry.power)
      if (entry.energy !== undefined) addEnergy(entry.energy)
    }
  }
  const addPower = (power: PowerSum): void => {
    powers = [...powers.filter(({ at }) => at > power.at - keptMillis.powers), power]
  }
  const addEnergy = (energy: EnergySum): void => {
    if ((energies.get(energy.from)?.stations ?? 0) < energy.stations)
      energies.set(energy.from, energy)
    for (const from of energies.keys())
      if (from <= energy.from - keptMillis.energies) energies.delete(from)
  }
  const write = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (!journal.isLong) return
    const of = (does: 'learn' | 'exclude', held: ReadonlyMap<Eui64, string>): Entry[] =>
      [...held].map(([station, key]) => ({ does, key: { station, key } }))
    journal.rewrite([
      ...of('learn', keys),
      ...of('exclude', excluded),
      ...(roster === undefined ? [] : [{ does: 'tell', roster } satisfies Entry]),
      ...told.map((each): Entry => ({ does: 'told', ...each })),
      ...powers.map((power): Entry => ({ does: 'summed', power })),
      ...[...energies.values()].map((energy): Entry => ({ does: 'summed', energy })),
    ])
  }
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)

  return {
    keys,
    get roster() {
      return roster
    },
    historyOf: (version) =>
      told.filter((each) => each.version === version).map((each) => each.told),
    otherWindow: (version) => told.findLast((each) => each.version !== version)?.told.window,
    isExcluded: ({ station, key }) => excluded.get(station) === key,
    tell: (of) => write({ does: 'tell', roster: of }),
    learn: (key) => write({ does: 'learn', key }),
    told: (version, of) => write({ does: 'told', version, told: of }),
    exclude: (key) => write({ does: 'exclude', key }),
    summed: (power, energy) => write({ does: 'summed', power, energy }),
    get powers() {
      return powers
    },
    get energies() {
      return [...energies.values()].sort((a, b) => a.from - b.from)
    },
    close: () => journal.close(),
  }
}

/** The half-hour before that of a round, which the round's energies are of. */
export const halfHourBefore = (window: number, windowMillis: number): Instant =>
  instant((window - 1) * windowMillis)
