import {
  feederSumRules,
  feederSumTimes,
  type Masked,
  type MaskRoster,
  type MaskRound,
} from '@interlock/contract'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, euiFromBytes, instant, toBase64Url, u64, type Eui64 } from '@interlock/kernel'
import {
  closingUses,
  maskBoth,
  newStationRounds,
  readClosing,
  roster as rosterOf,
  unmaskBoth,
  wordsOf,
  writeMasked,
  type Member,
  type Roster,
  type StationRounds,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { feederSums, type FeederSumsOptions } from './feeder-sums.ts'
import { openSumStore } from './sum-store.ts'

/** As in force, of fewer stations. */
export const rules = { ...feederSumRules, honestMin: 2, coalitionMax: 1 }
export const feeder = 'eastern/f1'
export const stations = Array.from({ length: 9 }, (_, at) => euiFromBytes(u64(BigInt(at + 1))))
const own = new Map(stations.map((station) => [station, crypto.ephemeralKey()]))
const digests = new Map(
  [...own].map(([station, key]) => [station, toBase64Url(crypto.sha256(key.publicKey.spki))]),
)
export const windowMillis = rules.roundMillis * rules.roundsPerWindow
export const begin = 1_000 * windowMillis
export const at = (round: number, millis = 0) => instant(begin + round * rules.roundMillis + millis)

type Said = Parameters<FeederSumsOptions['say']>
type PayloadOf<Kind extends Said[0]> = Kind extends 'maskRoster' ? MaskRoster : MaskRound

function memoryJournal(): Journal {
  let held: unknown[] = []
  let appended = 0
  return {
    entries: () => held,
    append(entry) {
      held.push(entry)
      appended += 1
    },
    get isLong() {
      return appended >= 100
    },
    rewrite(entries) {
      held = [...entries]
      appended = 0
    },
    close: () => {},
  }
}

/** The operator of a feeder, and its stations as they answer when they are asked. */
export function street(journal = memoryJournal()) {
  const said: Said[] = []
  const notes: [string, object][] = []
  const store = openSumStore(journal)
  const sums = feederSums(
    {
      feeder,
      stations,
      rules,
      store,
      say: (...each) => void said.push(each),
      note: (note, detail) => void notes.push([note, detail]),
    },
    at(0),
  )
  const lastOf = <Kind extends Said[0]>(kind: Kind): PayloadOf<Kind> | undefined =>
    said.findLast((each) => each[0] === kind)?.[1] as PayloadOf<Kind> | undefined
  return { sums, said, notes, store, journal, lastOf }
}
export type Street = ReturnType<typeof street>

const rounds = new Map<Member, StationRounds>()
export function membersOf({ lastOf }: Street): ReadonlyMap<Eui64, Member> {
  const told = lastOf('maskRoster')
  assert(told !== undefined, 'a roster was told')
  const members = told.members.map((each) => each.station as Eui64)
  const made = rosterOf({ feeder, version: told.version, members }, rules)
  assert(made.ok, 'it is one')
  return new Map(members.map((station) => [station, memberOf(station, made.value)]))
}
export function memberOf(station: Eui64, roster: Roster, key = own.get(station)): Member {
  assert(key !== undefined, 'a station of the street')
  const secret = new Uint8Array(32).fill(stations.indexOf(station) + 1)
  const keyOf = (of: Eui64) => own.get(of)?.publicKey
  const words = wordsOf({ station, key }, secret, roster, keyOf, crypto)
  const member = { station, roster, rules, words, closingUse: closingUses(roster, crypto) }
  rounds.set(member, newStationRounds(roster.version))
  return member
}

export const wattsOf = (station: Eui64): bigint => BigInt(1_000 * (stations.indexOf(station) + 1))
export function reading(member: Member, round: number): Masked {
  const both = { watts: wattsOf(member.station), wattHours: wattsOf(member.station) / 2n }
  const step = maskBoth(member, rounds.get(member) ?? newStationRounds(0), at(round, 5_000), both)
  assert(step.ok, 'masked')
  rounds.set(member, step.value.rounds)
  return writeMasked('reading', step.value.message)
}
/** What a station that was told the last closing answers, or why not. */
export function unmasking({ lastOf }: Street, member: Member): Masked | string {
  const closing = lastOf('maskRound')
  assert(closing?.step === 'closing', 'a round was closed')
  const read = readClosing(closing, member.roster)
  assert(read.ok, 'it is one')
  const step = unmaskBoth(member, rounds.get(member) ?? newStationRounds(0), read.value)
  if (!step.ok) return step.reason
  rounds.set(member, step.value.rounds)
  return writeMasked('unmasking', step.value.message)
}
export function sayKeys({ sums }: Street, some = stations) {
  for (const station of some) sums.key(station, digests.get(station) ?? '', at(0))
}
/** A round of those that are there; the others send nothing. */
export function run(
  of: Street,
  members: ReadonlyMap<Eui64, Member>,
  round: number,
  away: Eui64[] = [],
) {
  const { sums } = of
  for (const [station, member] of members)
    if (!away.includes(station)) sums.hear(station, reading(member, round), at(round, 6_000))
  sums.look(at(round, feederSumTimes.closingMillis))
  const answers = [...members].map(([station, member]) => [station, unmasking(of, member)] as const)
  for (const [station, answer] of answers)
    if (typeof answer !== 'string') sums.hear(station, answer, at(round, 31_000))
  return answers.filter((each) => typeof each[1] === 'string').map(([station]) => station)
}
export const sumOf = (some: readonly Eui64[]): number =>
  Number(some.reduce((sum, each) => sum + wattsOf(each), 0n))
