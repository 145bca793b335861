export { LlcsConfig } from './config.ts'
export { startLlcs, type LlcsDeps, type LlcsRunning } from './start.ts'
