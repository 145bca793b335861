import { requestHead, setTable, type SetTable } from './access.ts'
import { executionField } from './calendar-data.ts'
import { datumField } from './datum.ts'
import { importTariffTables as tables, inPounds } from './import-tariff-data.ts'
import { registers, type ImportTariff } from './import-tariff.ts'
import { constant, type Layout } from './layout.ts'

const activation = 9_000
const calendar = [0, 0, 13, 0, 0, 255] as const
const currency = [0, 0, 94, 44, 2, 0] as const
const charge = (e: number) => [0, 0, 19, 20, e, 255] as const

/** When each of the tables comes into force. */
export const importTariffActivations: readonly SetTable[] = [
  setTable('activation of the calendar', 20, calendar, 10),
  setTable('activation of the special days', activation, [0, 0, 94, 44, 128, 29], 6),
  setTable('activation of the currency', activation, currency, 6),
  setTable('activation of the standing charge', 113, charge(4), 7),
  setTable('activation of the prices', 113, charge(0), 7),
  setTable('activation of the thresholds', activation, [0, 0, 63, 1, 1, 255], 6),
]
/** Twenty-one objects: the passive tables, and for each when it comes into force. */
const targets = [
  setTable('seasons to come', 20, calendar, 7),
  setTable('weeks to come', 20, calendar, 8),
  setTable('days to come', 20, calendar, 9),
  setTable('table of special days', 11, [0, 1, 11, 0, 0, 255], 2),
  ...Array.from({ length: registers.block.count }, (_, at) =>
    setTable(`thresholds of register ${101 + at}`, 21, [0, 0, 16, 1, 11 + at, 255], 2),
  ),
  setTable('currency', activation, currency, 4),
  setTable('standing charge to come', 113, charge(4), 6),
  setTable('prices to come', 113, charge(0), 6),
  ...importTariffActivations,
]
/** What each of the results of an answer is about. */
export const importTariffObjects: readonly string[] = targets.map(({ name }) => name)

export const importTariffLayout: Layout<ImportTariff> = [
  ...requestHead<ImportTariff>(targets),
  datumField(tables.seasons),
  datumField(tables.weeks),
  datumField(tables.days),
  datumField(tables.specialDays),
  datumField(tables.thresholds),
  { ...constant('currency in force', ...inPounds), say: () => 'pounds' },
  datumField(tables.standingCharge),
  datumField(tables.prices),
  executionField('date of execution of the calendar'),
  executionField('date of execution of the special days'),
  executionField('date of execution of the currency'),
  executionField('date of execution of the standing charge'),
  executionField('date of execution of the prices'),
  executionField('date of execution of the thresholds'),
]
