import { feederSumRules, type Masked, type MaskRoster } from '@interlock/contract'
import { nodeCrypto as crypto, openJournal, systemEntropy, temporaryDir } from '@interlock/host'
import { assert, euiFromBytes, instant, toBase64Url, u64, type Eui64 } from '@interlock/kernel'
import { quantityRound, readMasked, roster, writeClosing, type History } from '@interlock/privacy'
import { expect, test } from 'vitest'
import { digestOf } from './membership.ts'
import { stationSums, type StationSums, type SumRefusal } from './station-sums.ts'
import { openSumMemory } from './sum-memory.ts'

/** As in force, of fewer stations. */
const rules = { ...feederSumRules, honestMin: 2, coalitionMax: 1 }
const dir = temporaryDir('interlock-station-sums')
const feeder = 'eastern/f1'
const keys = Array.from({ length: 9 }, () => crypto.ephemeralKey())
const stations = keys.map((_, at) => euiFromBytes(u64(BigInt(at + 1))))
const keySaid = (at: number) => ({ key: toBase64Url(keys[at]?.publicKey.spki ?? new Uint8Array()) })
const told = (version: number, some = stations): MaskRoster => ({
  version,
  members: some.map((station) => {
    const key = keys[stations.indexOf(station)]
    assert(key !== undefined, 'a station of the street')
    return { station, key: digestOf(key.publicKey.spki, crypto) }
  }),
})
const at = (round: number) => instant((30_000 + round) * rules.roundMillis + 5_000)
const reading = { watts: 7_360n, wattHours: 3_680n }

type Part = { sums: StationSums; said: Masked[]; refused: SumRefusal[]; close(): void }
let journals = 0
function partOf(index: number, path = `${dir}/${++journals}.journal`, where = feeder): Part {
  const [said, refused]: [Masked[], SumRefusal[]] = [[], []]
  const [station, key] = [stations[index], keys[index]]
  assert(station !== undefined && key !== undefined, 'a station of the street')
  const keeper = openSumMemory(openJournal(path), where, systemEntropy)
  const sums = stationSums({
    station,
    feeder: where,
    key,
    secret: keeper.secret,
    rules,
    crypto,
    keeper,
    say: (payload) => void said.push(payload),
    onRefused: (reason) => void refused.push(reason),
  })
  return { sums, said, refused, close: () => keeper.close() }
}
const hearKeys = ({ sums }: Part) =>
  stations.forEach((station, each) => sums.keySaid(station, keySaid(each)))
function joined(index: number, path?: string): Part {
  const part = partOf(index, path)
  hearKeys(part)
  part.sums.rosterTold(told(1))
  return part
}
/** What the operator tells when only some have answered, honestly or not. */
const closing = (round: number, present: readonly Eui64[], earlier: History = []) =>
  writeClosing(
    { round: 30_000 + round, present, earlier },
    { feeder, version: 1, members: stations },
  )

test('what all stations say sums up, and tells nothing before the set is named', () => {
  const parts = stations.map((_, index) => joined(index))
  const made = roster({ feeder, version: 1, members: stations }, rules)
  assert(made.ok, 'a roster')
  const round = quantityRound(30_000, made.value, rules, [])
  for (const [index, { sums, said }] of parts.entries()) {
    sums.send({ watts: BigInt(index), wattHours: BigInt(-index) }, at(0))
    const [masked] = said
    assert(masked?.step === 'reading', 'a reading')
    expect(round.reading(stations[index] as Eui64, readMasked(masked))).toMatchObject({ ok: true })
  }
  const closed = round.close()
  assert(closed.ok, 'all have answered')
  for (const [index, { sums, said }] of parts.entries()) {
    sums.roundTold(writeClosing(closed.value.closing, made.value), at(0))
    const answer = said[1]
    assert(answer?.step === 'unmasking', 'an answer')
    round.unmasking(stations[index] as Eui64, readMasked(answer))
  }
  expect(round.sums()).toEqual({ ok: true, value: { watts: 36n, wattHours: -36n } })
})

test('stations that were told two stories have all answered, and the operator has no sum', () => {
  const parts = stations.map((_, index) => joined(index))
  const made = roster({ feeder, version: 1, members: stations }, rules)
  assert(made.ok, 'a roster')
  const round = quantityRound(30_000, made.value, rules, [])
  for (const [index, { sums, said }] of parts.entries()) {
    sums.send(reading, at(0))
    const [masked] = said
    assert(masked?.step === 'reading', 'a reading')
    round.reading(stations[index] as Eui64, readMasked(masked))
  }
  assert(round.close().ok, 'all have answered')
  const stories = [
    closing(0, stations),
    closing(0, stations, [{ window: 1_000, members: stations }]),
  ]
  for (const [index, { sums, said, refused }] of parts.entries()) {
    for (const each of index === 4 ? stories.toReversed() : stories) sums.roundTold(each, at(0))
    expect([said.length, refused]).toEqual([2, []])
    const answer = said[1]
    assert(answer?.step === 'unmasking', 'an answer')
    round.unmasking(stations[index] as Eui64, readMasked(answer))
  }
  expect(round.sums()).toMatchObject({ reason: 'SumImplausible' })
})

test('a round is masked once and unmasked once, also by a station that starts again in between', () => {
  const path = `${dir}/restart.journal`
  const before = joined(0, path)
  before.sums.send(reading, at(0))
  before.sums.send({ ...reading, watts: 0n }, at(0))
  expect(before.said).toHaveLength(1)
  before.close()
  const after = joined(0, path)
  after.sums.send({ ...reading, watts: 0n }, at(0))
  expect(after.said).toEqual([])
  after.sums.roundTold(closing(0, stations), at(0))
  after.sums.roundTold(closing(0, stations.slice(0, 6)), at(0))
  expect(after.said).toHaveLength(1)
  after.close()
  const last = joined(0, path)
  last.sums.roundTold(closing(0, stations.slice(0, 6)), at(0))
  expect(last.said).toEqual([])
  // Its blinds are of a secret that it kept: what it says now is what it would have said.
  const other = joined(0)
  other.sums.send(reading, at(0))
  other.sums.roundTold(closing(0, stations), at(0))
  expect(other.said[1]).not.toEqual(after.said[0])
})

test.each<[string, Parameters<typeof closing>, SumRefusal]>([
  [
    'of too small a group',
    [1, stations.slice(0, 5), [{ window: 1_000, members: stations }]],
    'GroupTooSmall',
  ],
  [
    'that differs from an earlier one by one station',
    [1, stations.slice(0, 8), [{ window: 1_000, members: stations }]],
    'DifferenceTooSmall',
  ],
  ['whose earlier sets leave one out', [1, stations], 'HistoryChanged'],
  [
    'whose earlier sets are of other windows',
    [1, stations, [{ window: 7, members: stations }]],
    'HistoryChanged',
  ],
])('nothing unmasks a round %s', (_, given, reason) => {
  const { sums, said, refused } = joined(0)
  sums.send(reading, at(0))
  sums.roundTold(closing(0, stations), at(0))
  sums.send(reading, at(1))
  sums.roundTold(closing(...given), at(1))
  expect(refused).toEqual([reason])
  expect(said).toHaveLength(3)
})

test('a roster of too few, of members that have not said their key, or of another key is none', () => {
  const part = partOf(0)
  part.sums.rosterTold(told(1))
  expect(part.sums.roster).toBeUndefined()
  hearKeys(part)
  expect(part.sums.roster).toBe(1)
  part.sums.rosterTold(told(2, stations.slice(0, 2)))
  const [first, ...rest] = told(3).members
  assert(first !== undefined, 'a roster')
  part.sums.rosterTold({ version: 3, members: [{ ...first, key: 'x'.repeat(43) }, ...rest] })
  part.sums.rosterTold({ version: 3, members: [...rest, first] })
  expect(part.refused).toEqual(['RosterTooSmall', 'KeyOther', 'RosterMalformed'])
  // Whoever makes a station up has no certificate to say its key with.
  const made = { station: euiFromBytes(u64(77n)), key: first.key }
  part.sums.rosterTold({ version: 3, members: [...told(3).members, made] })
  part.sums.rosterTold(told(4, stations.slice(1)))
  expect(part.sums.roster).toBe(1)
})

test('of one version there is one roster, and no older one, also after a restart', () => {
  const path = `${dir}/versions.journal`
  const part = joined(0, path)
  part.sums.rosterTold(told(1, stations.slice(0, 8)))
  expect(part.refused).toEqual(['RosterOther'])
  part.sums.rosterTold(told(2, stations.slice(0, 8)))
  expect(part.sums.roster).toBe(2)
  part.close()
  const again = partOf(0, path)
  hearKeys(again)
  again.sums.rosterTold(told(1))
  again.sums.rosterTold(told(2))
  expect(again.refused).toEqual(['RosterOlder', 'RosterOther'])
  again.sums.rosterTold(told(2, stations.slice(0, 8)))
  expect(again.sums.roster).toBe(2)
})

test('after a sum of one roster there is none of the next before two windows are over', () => {
  const { sums, said } = joined(0)
  sums.send(reading, at(0))
  sums.roundTold(closing(0, stations), at(0))
  sums.rosterTold(told(2, stations.slice(0, 8)))
  for (let round = 1; round < 2 * rules.roundsPerWindow; round++) sums.send(reading, at(round))
  expect(said).toHaveLength(2)
  sums.send(reading, at(2 * rules.roundsPerWindow))
  expect(said).toHaveLength(3)
})

test('words of an audit are opened once, of a recent round', () => {
  const { sums, said } = joined(0)
  const audit = (round: number) => ({ step: 'audit', roster: 1, round: 30_000 + round }) as const
  sums.roundTold(audit(1), at(0))
  sums.roundTold(audit(-100), at(0))
  expect(said).toEqual([])
  sums.roundTold(audit(0), at(0))
  sums.roundTold(audit(0), at(0))
  sums.roundTold({ ...audit(1), roster: 2 }, at(1))
  expect(said).toMatchObject([{ step: 'opening', round: 30_000 }])
})

test('on another feeder a station begins anew', () => {
  const path = `${dir}/moved.journal`
  const before = joined(0, path)
  before.sums.send(reading, at(0))
  before.close()
  const after = partOf(0, path, 'eastern/f2')
  hearKeys(after)
  after.sums.rosterTold(told(1))
  after.sums.send(reading, at(0))
  expect(after.said).toHaveLength(1)
  expect(after.said).not.toEqual(before.said)
})

test('what is beyond any charger is not masked', () => {
  const { sums, said, refused } = joined(0)
  sums.send({ ...reading, watts: rules.readingMax + 1n }, at(0))
  expect(said).toEqual([])
  expect(refused).toEqual(['ReadingOutOfRange'])
})
