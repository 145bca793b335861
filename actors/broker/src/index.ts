export { BrokerConfig } from './config.ts'
export { startBroker, type BrokerRunning } from './start.ts'
