export * from './bill-document.ts'
export * from './carried.ts'
export * from './consumption-document.ts'
export * from './document.ts'
export { tariffProblems, type TariffProblem } from './fields.ts'
export * from './half-hour-prices.ts'
export * from './money.ts'
export * from './price-usage.ts'
export * from './rate-at.ts'
export * from './read-tariff.ts'
export { standardProblems, standardTariff, type StandardProblem } from './standard/read-standard.ts'
export {
  standardMessage,
  type StandardTables,
  type StandardUnfit,
} from './standard/write-standard.ts'
export { blockAt, nothingCounted, type BillLine, type TallyState } from './tally.ts'
export * from './tariff.ts'
export * from './usage.ts'
