import { nodeCrypto as crypto } from '@interlock/host'
import {
  assert,
  euiFromBytes,
  inMinutes,
  instant,
  seeded,
  u64,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import { closingUses, type Closing } from './closing.ts'
import type { History } from './differencing.ts'
import { feederRound, type FeederRound } from './feeder-round.ts'
import { derivedWords, type PairKeys, type Word } from './mask-words.ts'
import {
  maskReading,
  newStationRounds,
  unmaskReading,
  type Participant,
  type StationRounds,
} from './masked-reading.ts'
import { roster, type GroupRules } from './roster.ts'

export const stationAt = (index: number): Eui64 => euiFromBytes(u64(BigInt(index + 1)))

/** Keys as ECDH would have agreed them, from a seed so that every run is alike. */
function seededKeys(members: readonly Eui64[], seed: string): ReadonlyMap<Eui64, PairKeys> {
  const entropy = seeded(seed)
  const keys = new Map(members.map((each) => [each, new Map<Eui64, Uint8Array>()]))
  for (const [at, one] of members.entries())
    for (const other of members.slice(at)) {
      const key = entropy.bytes(32)
      keys.get(one)?.set(other, key)
      keys.get(other)?.set(one, key)
    }
  return keys
}

export const at = (round: number): Instant => instant(round * smallRules.roundMillis)

export const smallRules: GroupRules = {
  honestMin: 2,
  coalitionMax: 0,
  roundMillis: inMinutes(1),
  roundsPerWindow: 10,
  readingMax: 1_000_000n,
}

export type TestStation = Participant & { rounds: StationRounds }

/** A feeder of `count` stations. `change` replaces a station's words, for those that are wrong. */
export function feeder(
  count: number,
  rules: GroupRules = smallRules,
  change: (word: Word, station: Eui64) => Word = (word) => word,
) {
  const members = Array.from({ length: count }, (_, at) => stationAt(at))
  const made = roster({ feeder: 'north/7', version: 1, members }, rules)
  assert(made.ok, 'a roster for a test is one')
  const keys = seededKeys(members, 'feeder')
  const closingUse = closingUses(made.value, crypto)
  const stations = members.map((station): TestStation => {
    const word = derivedWords(keys.get(station) ?? new Map(), crypto)
    const words = change(word, station)
    const rounds = newStationRounds(1)
    return { station, roster: made.value, rules, word: words, closingUse, rounds }
  })
  return { roster: made.value, rules, members, stations, history: [] as History }
}
export type Feeder = ReturnType<typeof feeder>

/** The station's first message, kept as sent. @throws when it refuses */
export function mask(station: TestStation, round: number, reading: bigint) {
  const step = maskReading(station, station.rounds, at(round), reading)
  assert(step.ok, step.ok ? '' : step.reason)
  station.rounds = step.value.rounds
  return step.value.message
}

export function unmask(station: TestStation, closing: Closing) {
  const step = unmaskReading(station, station.rounds, closing)
  if (step.ok) station.rounds = step.value.rounds
  return step
}

/** One round with an honest aggregator; a reading that is `undefined` is not sent. */
export function runRound(
  feeder: Feeder,
  round: number,
  readings: readonly (bigint | undefined)[],
): { readonly open: FeederRound; readonly closing: Closing | undefined } {
  const open = feederRound(round, feeder.roster, feeder.rules, feeder.history)
  for (const [at, station] of feeder.stations.entries()) {
    const reading = readings[at]
    if (reading === undefined) continue
    const taken = open.reading(mask(station, round, reading))
    assert(taken.ok, 'a reading is taken')
  }
  const closed = open.close()
  if (!closed.ok) return { open, closing: undefined }
  feeder.history = closed.value.history
  const { closing } = closed.value
  for (const station of feeder.stations) {
    if (!closing.present.includes(station.station)) continue
    const step = unmask(station, closing)
    if (step.ok) open.unmasking(step.value.message)
  }
  return { open, closing }
}
