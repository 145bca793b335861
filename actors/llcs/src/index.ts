export { LlcsConfig } from './config.ts'
export { createEstimator, type Doubt, type Estimate } from './core/estimator.ts'
export { replayFrequency, type Replayed } from './core/replay.ts'
export { startLlcs, type LlcsDeps, type LlcsRunning } from './start.ts'
