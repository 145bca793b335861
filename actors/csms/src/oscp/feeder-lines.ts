import type { StationId } from '@interlock/kernel'
import {
  chargingAmperesMin,
  chargingWattsMin,
  phaseVolts,
  type Line,
  type SessionPhase,
} from '@interlock/power'
import type { GroupConfig } from './oscp-config.ts'

/** What the main fuse of some premises leaves for vehicles, on each phase. */
export type Fuse = { readonly name: string; readonly amperes: number }

/** How a station is connected, where that is known. */
export type Connection = { readonly phase: SessionPhase; readonly fuse?: Fuse }

/** @returns undefined where the config says nothing of that station */
export function connectionIn(
  { connections = [], fuses = [] }: Pick<GroupConfig, 'connections' | 'fuses'>,
  station: StationId,
): Connection | undefined {
  const found = connections.find(({ stationId }) => stationId === station)
  if (found === undefined) return undefined
  const fuse = fuses.find(({ name }) => name === found.fuse)
  return { phase: found.phase, ...(fuse && { fuse }) }
}

type ByPhase = readonly [number, number, number]

/** What may be drawn at one time, in watts; on each phase too, where that is limited. */
export type Left = { readonly watts: number; readonly phaseWatts?: ByPhase }

const phases = [0, 1, 2] as const
const partsOf: Readonly<Record<SessionPhase, ByPhase>> = {
  ALL: [1 / 3, 1 / 3, 1 / 3],
  ONE: [1, 0, 0],
  TWO: [0, 1, 0],
  THREE: [0, 0, 1],
}
/** On which phase it is nobody knows, so that all it draws counts on each. */
const anyPhase: ByPhase = [1, 1, 1]

const phaseParts = (connection: Connection | undefined): ByPhase =>
  connection === undefined ? anyPhase : partsOf[connection.phase]

/** The least at which a vehicle charges there. */
export const leastWattsOf = (connection: Connection | undefined): number =>
  chargingWattsMin(connection?.phase === 'ALL' ? 3 : 1)

/** Nothing charges behind it, whatever the feeder bears. */
export const isFuseTooSmall = ({ fuse }: Connection): boolean =>
  fuse !== undefined && fuse.amperes < chargingAmperesMin

/** What is left when others draw so much. */
export function less(
  { watts, phaseWatts }: Left,
  connection: Connection | undefined,
  drawn: number,
): Left {
  const parts = phaseParts(connection)
  const after = (phase: 0 | 1 | 2): number => (phaseWatts?.[phase] ?? 0) - parts[phase] * drawn
  return {
    watts: watts - drawn,
    ...(phaseWatts !== undefined && { phaseWatts: [after(0), after(1), after(2)] as const }),
  }
}

type Connected = { readonly connection: Connection | undefined }

/** The phases of the feeder and of each fuse, as far as they are limited. */
export function linesOf(sessions: readonly Connected[], left: readonly Left[]): readonly Line[] {
  const parts = sessions.map(({ connection }) => phaseParts(connection))
  const isLimited = left.some(({ phaseWatts }) => phaseWatts !== undefined)
  const ofFeeder = phases.map((phase) => ({
    watts: left.map(({ watts, phaseWatts }) => phaseWatts?.[phase] ?? watts),
    parts: parts.map((each) => each[phase]),
  }))
  const ofFuses = [...fusesOf(sessions)].flatMap(([name, { amperes }]) =>
    phases.map((phase) => ({
      watts: left.map(() => amperes * phaseVolts),
      parts: parts.map((each, at) =>
        sessions[at]?.connection?.fuse?.name === name ? each[phase] : 0,
      ),
    })),
  )
  return [...(isLimited ? ofFeeder : []), ...ofFuses].filter((line) =>
    line.parts.some((part) => part > 0),
  )
}

/** By fuse: what all behind it may draw together, in watts, in each of so many blocks. */
export function fuseWatts(
  sessions: readonly Connected[],
  blocks: number,
): ReadonlyMap<string, readonly number[]> {
  const watts = [...fusesOf(sessions)].map(([name, { amperes, used }]) => {
    const count = used.has('ALL') ? phases.length : used.size
    return [name, Array<number>(blocks).fill(count * amperes * phaseVolts)] as const
  })
  return new Map(watts)
}

function fusesOf(
  sessions: readonly Connected[],
): ReadonlyMap<string, { readonly amperes: number; readonly used: Set<SessionPhase> }> {
  const found = new Map<string, { amperes: number; used: Set<SessionPhase> }>()
  for (const { connection } of sessions) {
    if (connection?.fuse === undefined) continue
    const { name, amperes } = connection.fuse
    const known = found.get(name) ?? { amperes, used: new Set<SessionPhase>() }
    known.used.add(connection.phase)
    found.set(name, known)
  }
  return found
}
