import { readOf, type Target } from './access.ts'
import { registers } from './import-tariff.ts'

const named = (name: string, classId: number, obis: Target['obis'], id: number) => ({
  name,
  target: { classId, obis, id },
})
const activePrice = [0, 0, 94, 44, 1, 7] as const
const calendar = [0, 0, 13, 0, 0, 255] as const

/** ECS24: the tariff that a meter goes by, object for object what ECS01a sets, and the price of now. */
export const tariffRead = readOf([
  named('price of now', 3, activePrice, 2),
  named('scale of the price of now', 3, activePrice, 3),
  named('seasons', 20, calendar, 3),
  named('weeks', 20, calendar, 4),
  named('days', 20, calendar, 5),
  named('special days', 11, [0, 0, 11, 0, 0, 255], 2),
  ...Array.from({ length: registers.block.count }, (_, at) =>
    named(`thresholds of register ${101 + at}`, 21, [0, 0, 16, 0, 11 + at, 255], 2),
  ),
  named('currency', 9_000, [0, 0, 94, 44, 2, 0], 2),
  named('standing charge', 113, [0, 0, 19, 20, 4, 255], 5),
  named('prices', 113, [0, 0, 19, 20, 0, 255], 5),
])
