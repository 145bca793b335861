export * from './bus.ts'
export * from './filter.ts'
export * from './in-process.ts'
