export { HubConfig } from './config.ts'
export { startHub, type HubRunning } from './hub.ts'
