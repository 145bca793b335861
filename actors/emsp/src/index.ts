export { EmspConfig } from './config.ts'
export { startEmsp, type EmspRunning } from './start.ts'
