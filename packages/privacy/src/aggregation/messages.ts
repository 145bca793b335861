import type { MaskClosing, MaskedOpening, MaskedValues } from '@interlock/contract'
import {
  concat,
  fromBase64Url,
  fromHex,
  ok,
  readU64,
  refused,
  toBase64Url,
  toHex,
  u64,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import type { Opening } from './audit.ts'
import { bitsOf, type Closing } from './closing.ts'
import type { Told } from './differencing.ts'
import { forBoth, type MaskedBoth, type Quantities } from './quantities.ts'
import type { Roster } from './roster.ts'

/** What stations and aggregator say, as the topic table has checked it, in the terms of this code and back. */
export type SumMessageProblem = 'SumMessageMalformed'
type Members = Pick<Roster, 'members'>

const wordBytes = 8
const numberOf = (text: string): bigint => readU64(fromHex(text) ?? new Uint8Array(wordBytes))
const textOf = (value: bigint): string => toHex(u64(value))

export const writeMasked = (
  step: MaskedValues['step'],
  { round, values }: MaskedBoth,
): MaskedValues => ({ step, round, values: forBoth((quantity) => textOf(values[quantity])) })

export const readMasked = ({ round, values }: MaskedValues): MaskedBoth => ({
  round,
  values: forBoth((quantity) => numberOf(values[quantity])),
})

export const writeClosing = (
  { round, present, earlier }: Closing,
  { members, version }: Roster,
): MaskClosing => ({
  step: 'closing',
  roster: version,
  round,
  present: writeSet(present, members),
  earlier: earlier.map((told) => ({
    window: told.window,
    members: writeSet(told.members, members),
  })),
})

/** @param roster of the version that it names */
export function readClosing(
  closing: MaskClosing,
  { members }: Members,
): Outcome<Closing, SumMessageProblem> {
  const present = readSet(closing.present, members)
  const earlier: Told[] = []
  for (const told of closing.earlier) {
    const set = readSet(told.members, members)
    if (set !== undefined) earlier.push({ window: told.window, members: set })
  }
  return present === undefined || earlier.length < closing.earlier.length
    ? refused('SumMessageMalformed')
    : ok({ round: closing.round, present, earlier })
}

export const writeOpening = (opened: Quantities<Opening>, { members }: Members): MaskedOpening => ({
  step: 'opening',
  round: opened.watts.round,
  opened: forBoth((quantity) => {
    const { station, value, words } = opened[quantity]
    const peers = members.filter((each) => each !== station)
    const bytes = peers.map((peer) => u64(words.get(peer) ?? 0n))
    return { value: textOf(value), words: toBase64Url(concat(...bytes)) }
  }),
})

export function readOpening(
  station: Eui64,
  { round, opened }: MaskedOpening,
  { members }: Members,
): Outcome<Quantities<Opening>, SumMessageProblem> {
  const peers = members.filter((each) => each !== station)
  const bytes = forBoth((quantity) => fromBase64Url(opened[quantity].words))
  const isWhole = (of: Uint8Array | undefined): of is Uint8Array =>
    of?.length === peers.length * wordBytes
  const { watts, wattHours } = bytes
  if (!members.includes(station) || !isWhole(watts) || !isWhole(wattHours))
    return refused('SumMessageMalformed', station)
  const held = { watts, wattHours }
  return ok(
    forBoth((quantity) => ({
      station,
      round,
      value: numberOf(opened[quantity].value),
      words: new Map(peers.map((peer, at) => [peer, readU64(held[quantity], at * wordBytes)])),
    })),
  )
}

const writeSet = (set: readonly Eui64[], members: readonly Eui64[]): string =>
  toBase64Url(bitsOf(set, members))

/** `undefined` unless there is a bit for each member and no other is set. */
function readSet(text: string, members: readonly Eui64[]): readonly Eui64[] | undefined {
  const bits = fromBase64Url(text)
  if (bits?.length !== Math.ceil(members.length / 8)) return undefined
  const set = members.filter((_, at) => ((bits[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0)
  return writeSet(set, members) === text ? set : undefined
}
