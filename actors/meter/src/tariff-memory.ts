import {
  assert,
  fromBase64,
  ok,
  refused,
  toBase64,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import { decodeSigned, tariffUpdates, type Command, type CommandOf } from '@interlock/gbcs'
import type { StoredCells } from '@interlock/seal'
import type { Journal } from '@interlock/store'

/** A command that set the tariff: half-hourly prices, or a document. */
export type TariffCommand = CommandOf<(typeof tariffUpdates)[number]>

/** What a meter must not forget: counters it has accepted, tariff with signature, firmware, certificates. */
export type TariffMemory = {
  /** Highest counter accepted from that originator; −1 before the first. */
  lastCounter(originator: Eui64): bigint
  /** Uses up a counter; on the disk before it returns. */
  use(originator: Eui64, counter: bigint): void
  /** Takes a tariff that is newer than the one in force; on the disk before it returns. */
  install(signed: Uint8Array): Outcome<TariffCommand, 'TariffOlder'>
  /** The tariff in force, and the supplier's signed command that set it. */
  tariff(): Held | undefined
  /** Takes the version that was activated; on the disk before it returns. */
  activate(version: string): void
  /** The version that was activated last, eight hexadecimal digits. */
  firmware(): string | undefined
  /** Takes certificates, and the counter above which their holder counts; on the disk before it returns. */
  replace(cells: StoredCells, floor: { originator: Eui64; counter: bigint } | undefined): void
  /** The certificates that were put in place of those at installation. */
  cells(): StoredCells | undefined
}

type Held = { readonly tariff: TariffCommand; readonly signed: Uint8Array }
type Entry =
  | { readonly kind: 'counter'; readonly originator: Eui64; readonly counter: string }
  | { readonly kind: 'tariff'; readonly signed: string }
  | { readonly kind: 'firmware'; readonly version: string }
  | {
      readonly kind: 'cells'
      readonly cells: StoredCells
      readonly floor?: { readonly originator: Eui64; readonly counter: string }
    }

export function openTariffMemory(journal: Journal): TariffMemory {
  const counters = new Map<Eui64, bigint>()
  let held: Held | undefined
  let firmware: string | undefined
  let cells: StoredCells | undefined

  /** A floor never lowers what has been accepted. */
  const raise = (originator: Eui64, floor: bigint): void => {
    const last = counters.get(originator) ?? -1n
    counters.set(originator, floor > last ? floor : last)
  }
  const apply = (entry: Entry): void => {
    if (entry.kind === 'counter') counters.set(entry.originator, BigInt(entry.counter))
    else if (entry.kind === 'tariff') held = read(entry.signed)
    else if (entry.kind === 'firmware') firmware = entry.version
    else {
      cells = entry.cells
      if (entry.floor !== undefined) raise(entry.floor.originator, BigInt(entry.floor.counter))
    }
  }
  for (const entry of journal.entries()) apply(entry as Entry)

  const keep = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong) journal.rewrite(snapshot())
  }
  const snapshot = (): Entry[] => [
    ...[...counters].map(([originator, counter]): Entry => ({
      kind: 'counter',
      originator,
      counter: counter.toString(),
    })),
    ...(held === undefined ? [] : [{ kind: 'tariff', signed: toBase64(held.signed) } as const]),
    ...(firmware === undefined ? [] : [{ kind: 'firmware', version: firmware } as const]),
    ...(cells === undefined ? [] : [{ kind: 'cells', cells } as const]),
  ]

  return {
    lastCounter: (originator) => counters.get(originator) ?? -1n,
    use: (originator, counter) =>
      keep({ kind: 'counter', originator, counter: counter.toString() }),
    install(signed) {
      const next = tariffIn(signed)
      if (held !== undefined && next.version <= held.tariff.version)
        return refused('TariffOlder', `${next.version} ≤ ${held.tariff.version}`)
      keep({ kind: 'tariff', signed: toBase64(signed) })
      return ok(next)
    },
    tariff: () => held,
    activate: (version) => keep({ kind: 'firmware', version }),
    firmware: () => firmware,
    replace(next, floor) {
      const { originator, counter } = floor ?? {}
      keep({
        kind: 'cells',
        cells: next,
        ...(originator === undefined ? {} : { floor: { originator, counter: `${counter}` } }),
      })
    },
    cells: () => cells,
  }
}

function read(signed: string): Held {
  const bytes = fromBase64(signed)
  assert(bytes !== undefined, 'a journal holds what was written')
  return { tariff: tariffIn(bytes), signed: bytes }
}

function tariffIn(signed: Uint8Array): TariffCommand {
  const read = decodeSigned(signed)
  assert(read.ok, 'only what was verified is installed')
  const { command } = read.value
  assert(setsTariff(command), 'only tariffs are installed')
  return command
}

export const setsTariff = (command: Command): command is TariffCommand =>
  tariffUpdates.some((each) => each === command.useCase)
