export { HubConfig } from './config.ts'
export type { NetworkModel } from './network.ts'
export { startHub, type HubRunning } from './hub.ts'
