import type { Instant } from '@interlock/kernel'
import { calendarOf, civilTime, weekdayOf } from './civil-time.ts'
import { energyCost, nanopence, type Nanopence } from './money.ts'
import type { Rate } from './rate-at.ts'
import type { Block, BlockPeriod, Tariff } from './tariff.ts'

export type BillLine = {
  readonly version: number
  readonly register?: number
  /** From 1, where the register has several. */
  readonly block?: number
  readonly name: string
  readonly wattHours: number
  readonly cost: Nanopence
}

/** Where a tally stands, so that it can be gone on with. */
export type TallyState = {
  readonly lines: readonly BillLine[]
  /** Energy of a register in the block period that is running. */
  readonly periods: readonly {
    readonly register: number
    readonly period: string
    readonly wattHours: number
  }[]
}
export const nothingCounted: TallyState = { lines: [], periods: [] }

/** Adds up energy and cost by version, register and block. */
export type Tally = {
  count(rate: Rate, at: Instant, wattHours: number): void
  lines(): readonly BillLine[]
  state(): TallyState
}

export function createTally({ clock }: Tariff, before = nothingCounted): Tally {
  const lines = new Map<string, { -readonly [Key in keyof BillLine]: BillLine[Key] }>(
    before.lines.map((line) => [keyOf(line, (line.block ?? 1) - 1), { ...line }]),
  )
  const periods = new Map<number, { period: string; wattHours: number }>(
    before.periods.map(({ register, ...running }) => [register, running]),
  )

  const add = (rate: Rate, { price }: Block, index: number, wattHours: number): void => {
    const { version, register, name, blocks } = rate
    const of = { version: version.version, ...(register === undefined ? {} : { register }) }
    const key = keyOf(of, index)
    const line = lines.get(key) ?? {
      ...of,
      ...(blocks.length === 1 ? {} : { block: index + 1 }),
      name,
      wattHours: 0,
      cost: nanopence(0n),
    }
    line.wattHours += wattHours
    line.cost = nanopence(line.cost + energyCost(price, wattHours))
    lines.set(key, line)
  }

  const count = (rate: Rate, at: Instant, wattHours: number): void => {
    const period = periodOf(rate.blockPeriod, civilTime(clock, at).day)
    const register = rate.register ?? 0
    const running = periods.get(register)
    let used = running?.period === period ? running.wattHours : 0
    let left = wattHours
    for (const [index, block] of rate.blocks.entries()) {
      const fits = Math.min(left, Math.max(0, (block.upToWattHours ?? Infinity) - used))
      if (fits > 0) add(rate, block, index, fits)
      used += fits
      left -= fits
    }
    periods.set(register, { period, wattHours: used })
  }

  return {
    count,
    lines: () => [...lines.values()],
    state: () => ({
      lines: [...lines.values()].map((line) => ({ ...line })),
      periods: [...periods].map(([register, running]) => ({ register, ...running })),
    }),
  }
}

/** The block of a register by which the next that is used counts, after what is counted already. */
export function blockAt(
  { clock }: Tariff,
  { register = 0, blocks, blockPeriod }: Rate,
  at: Instant,
  { periods }: TallyState = nothingCounted,
): Block | undefined {
  const period = periodOf(blockPeriod, civilTime(clock, at).day)
  const running = periods.find((each) => each.register === register && each.period === period)
  return blocks.find(({ upToWattHours = Infinity }) => (running?.wattHours ?? 0) < upToWattHours)
}

const keyOf = (
  { version, register }: Pick<BillLine, 'version' | 'register'>,
  index: number,
): string => `${version} ${register ?? ''} ${index}`

/** A text that is the same for every day of one block period. */
function periodOf(period: BlockPeriod, day: number): string {
  if (period === 'day') return `${day}`
  if (period === 'week') return `${day - weekdayOf(day)}`
  const { year, monthDay } = calendarOf(day)
  return `${year}-${Math.floor(monthDay / 100)}`
}
