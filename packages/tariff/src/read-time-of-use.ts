import { ok, refused, type Refusal } from '@interlock/kernel'
import type { TimeOfUseDocument } from './document.ts'
import {
  dateOf,
  each,
  priceOf,
  repeatedOf,
  secondOf,
  type Read,
  type TariffProblem,
} from './fields.ts'
import { tariffLimits as most, type Block, type Register, type TimeOfUse } from './tariff.ts'

/** The time of use that a checked document says; `at` is where it stands. */
export function timeOfUseOf(document: TimeOfUseDocument, at: string): Read<TimeOfUse> {
  const registers = each(
    document.registers,
    `${at}.registers`,
    ({ register, name, blocks }, here) => {
      const read = blocksOf(blocks, here)
      return read.ok ? ok([register, { name, blocks: read.value }] as const) : read
    },
  )
  if (!registers.ok) return registers
  const days = each(document.days, `${at}.days`, ({ day, switches }, here) => {
    const read = switches.map((row) => ({ second: secondOf(row.at), register: row.register }))
    const rising = read.every(({ second }, index) => second > (read[index - 1]?.second ?? -1))
    if (read[0]?.second !== 0 || !rising) return refused('SwitchesInvalid', `${here}: day ${day}`)
    return ok([day, read] as const)
  })
  if (!days.ok) return days
  const seasons = each(document.seasons, `${at}.seasons`, ({ name, from, week }, here) => {
    const date = dateOf(from, `${here}.from`)
    return date.ok ? ok({ name, from: date.value, week }) : date
  })
  if (!seasons.ok) return seasons
  const specialDays = each(document.specialDays ?? [], `${at}.specialDays`, ({ on, day }, here) => {
    const date = dateOf(on, `${here}.on`)
    return date.ok ? ok({ on: date.value, day }) : date
  })
  if (!specialDays.ok) return specialDays
  const problem = referencesProblem(document, at) ?? structureProblem(document, at)
  if (problem !== undefined) return problem
  return ok({
    kind: 'timeOfUse',
    registers: new Map<number, Register>(registers.value),
    days: new Map(days.value),
    weeks: new Map(document.weeks.map((row) => [row.week, row.days])),
    seasons: seasons.value,
    specialDays: specialDays.value,
    blockPeriod: document.blockPeriod ?? 'month',
  })
}

function blocksOf(
  blocks: TimeOfUseDocument['registers'][number]['blocks'],
  at: string,
): Read<Block[]> {
  let reached = 0
  return each(blocks, `${at}.blocks`, ({ pencePerKilowattHour, upToWattHours }, here) => {
    const last = here.endsWith(`[${blocks.length - 1}]`)
    if (last !== (upToWattHours === undefined) || (upToWattHours ?? Infinity) <= reached)
      return refused('BlocksInvalid', `${here}: ${upToWattHours ?? 'no threshold'}`)
    reached = upToWattHours ?? reached
    const price = priceOf(pencePerKilowattHour, here)
    if (!price.ok) return price
    return ok({ price: price.value, ...(upToWattHours === undefined ? {} : { upToWattHours }) })
  })
}

type Problem = Refusal<TariffProblem>

function referencesProblem(document: TimeOfUseDocument, at: string): Problem | undefined {
  const names = {
    registers: document.registers.map(({ register }) => register),
    days: document.days.map(({ day }) => day),
    weeks: document.weeks.map(({ week }) => week),
    seasons: document.seasons.map(({ from }) => from),
    specialDays: (document.specialDays ?? []).map(({ on }) => on),
  }
  for (const [field, values] of Object.entries(names)) {
    const repeated = repeatedOf<number | string>(values)
    if (repeated !== undefined) return refused('NameRepeated', `${at}.${field}: ${repeated}`)
  }
  const used = {
    registers: document.days.flatMap(({ switches }) => switches.map(({ register }) => register)),
    days: [
      ...document.weeks.flatMap(({ days }) => days),
      ...(document.specialDays ?? []).map(({ day }) => day),
    ],
    weeks: document.seasons.map(({ week }) => week),
  }
  for (const [field, values] of Object.entries(used)) {
    const unknown = values.find((value) => !names[field as keyof typeof used].includes(value))
    if (unknown !== undefined) return refused('NameUnknown', `${at}.${field}: ${unknown}`)
  }
  return undefined
}

function structureProblem(document: TimeOfUseDocument, at: string): Problem | undefined {
  const blocks = document.registers.some((row) => row.blocks.length > 1)
  const highest = Math.max(...document.registers.map(({ register }) => register))
  if (blocks && highest > most.blockRegistersMax)
    return refused('BlocksInvalid', `${at}.registers: register ${highest} beside blocks`)
  if (document.seasons.every(({ from }) => from.length > 'mm-dd'.length))
    return refused('SeasonsInvalid', `${at}.seasons: none begins every year`)
  return undefined
}
