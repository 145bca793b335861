export * from './correlate.ts'
export { mismatches, type Mismatch } from './mismatch.ts'
