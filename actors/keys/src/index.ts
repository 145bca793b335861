export { KeysConfig } from './config.ts'
export { startKeys, type KeysRunning } from './start.ts'
