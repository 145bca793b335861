export { DccConfig } from './config.ts'
export { startDcc, type DccRunning } from './dcc.ts'
export type { ArmTotals } from './happened.ts'
export { createSmki, type Smki } from './smki.ts'
