export * from './database.ts'
export { databaseFault, shownUrl } from './database-fault.ts'
export * from './journal.ts'
export { poolLimits, type PoolLimits } from './pool.ts'
