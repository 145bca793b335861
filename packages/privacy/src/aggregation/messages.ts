import {
  fromBase64Url,
  fromHex,
  ok,
  parseEui64,
  parseJson,
  readU64,
  refused,
  toBase64Url,
  toHex,
  u64,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { toldMax, type Told } from './differencing.ts'
import type { Closing, Masked } from './masked-reading.ts'
import { membersMax, type Roster } from './roster.ts'

/** What stations and aggregator send each other, JSON, each sealed by its author. */
const strict = { additionalProperties: false }
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const bitmapBytesMax = Math.ceil(membersMax / 8)
const SetText = Type.String({
  minLength: 1,
  maxLength: Math.ceil((bitmapBytesMax * 4) / 3),
})

const MaskedWire = Compile(
  Type.Object(
    { station: Type.String(), round: Count, value: Type.String({ pattern: '^[0-9a-f]{16}$' }) },
    strict,
  ),
)
const ClosingWire = Compile(
  Type.Object(
    {
      round: Count,
      present: SetText,
      earlier: Type.Array(Type.Object({ window: Count, members: SetText }, strict), {
        maxItems: toldMax,
      }),
    },
    strict,
  ),
)

/** Longest of both, in characters. */
export const sumMessageCharactersMax = 16_384
const depthMax = 4

export type SumMessageProblem = 'SumMessageMalformed'

export const writeMasked = ({ station, round, value }: Masked): string =>
  JSON.stringify({ station, round, value: toHex(u64(value)) })

export function readMasked(text: string): Outcome<Masked, SumMessageProblem> {
  const wire = jsonOf(text)
  if (!MaskedWire.Check(wire)) return refused('SumMessageMalformed')
  const [station, value] = [parseEui64(wire.station), fromHex(wire.value)]
  if (station === undefined || value === undefined) return refused('SumMessageMalformed')
  return ok({ station, round: wire.round, value: readU64(value) })
}

/** Sets as bits, one for each member of the roster in its order, the first in the highest bit. */
export const writeClosing = (
  { round, present, earlier }: Closing,
  { members }: Pick<Roster, 'members'>,
): string =>
  JSON.stringify({
    round,
    present: writeSet(present, members),
    earlier: earlier.map((told) => ({
      window: told.window,
      members: writeSet(told.members, members),
    })),
  })

export function readClosing(
  text: string,
  { members }: Pick<Roster, 'members'>,
): Outcome<Closing, SumMessageProblem> {
  const wire = jsonOf(text)
  if (!ClosingWire.Check(wire)) return refused('SumMessageMalformed')
  const present = readSet(wire.present, members)
  const earlier: Told[] = []
  for (const told of wire.earlier) {
    const set = readSet(told.members, members)
    if (set !== undefined) earlier.push({ window: told.window, members: set })
  }
  return present === undefined || earlier.length < wire.earlier.length
    ? refused('SumMessageMalformed')
    : ok({ round: wire.round, present, earlier })
}

function jsonOf(text: string): unknown {
  if (text.length > sumMessageCharactersMax) return undefined
  const json = parseJson(text, depthMax)
  return json.ok ? json.value : undefined
}

function writeSet(set: readonly Eui64[], members: readonly Eui64[]): string {
  const here = new Set(set)
  const bits = new Uint8Array(Math.ceil(members.length / 8))
  for (const [at, member] of members.entries())
    if (here.has(member)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7))
  return toBase64Url(bits)
}

/** `undefined` unless there is a bit for each member and no other is set. */
function readSet(text: string, members: readonly Eui64[]): readonly Eui64[] | undefined {
  const bits = fromBase64Url(text)
  if (bits?.length !== Math.ceil(members.length / 8)) return undefined
  const set = members.filter((_, at) => ((bits[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0)
  return writeSet(set, members) === text ? set : undefined
}
