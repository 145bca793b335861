export { SupervisorConfig } from './config.ts'
export { startSupervisor, type SupervisorRunning } from './start.ts'
