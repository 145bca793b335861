export { HubConfig } from './config.ts'
export { simulatedNetwork, type Network, type NetworkModel } from './network.ts'
export { startHub, type HubRunning } from './hub.ts'
