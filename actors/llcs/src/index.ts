export { LlcsConfig } from './config.ts'
export { createEstimator, type Doubt, type Estimate } from './core/estimator.ts'
export { createMetering, type Metered, type MeteringDoubt } from './core/metering.ts'
export { encodeSampleBlock, type SampleBlock } from './core/sample-block.ts'
export { encodeReading, type RegisterReading, type Registers } from './core/register-reading.ts'
export {
  count,
  halfHourMillis,
  spansOf,
  type Counting,
  type SettlementEntry,
  type Span,
} from './core/settlement.ts'
export { openSettlementBook, type SettlementBook } from './settlement-book.ts'
export { recall, type Memory } from './core/memory.ts'
export { replayFrequency, type Replayed } from './core/replay.ts'
export {
  bearingsOf,
  runLlcs,
  startLlcs,
  type LlcsBearings,
  type LlcsDeps,
  type LlcsRunning,
} from './start.ts'
