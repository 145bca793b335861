export { correlate } from './correlate.ts'
export { mismatches, type Mismatch } from './mismatch.ts'
