export { MeterConfig } from './config.ts'
export { startMeter, type MeterRunning } from './meter.ts'
