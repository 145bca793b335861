export { CirConfig } from './config.ts'
export { findingKinds, type Finding, type FindingKind } from './core/findings.ts'
export { startCir, type CirRunning } from './start.ts'
