export { DsrspConfig } from './config.ts'
export type { MemberDocument } from './rest/endpoints.ts'
export { startDsrsp, type DsrspRunning } from './start.ts'
export { supervisorClient } from './supervisor.ts'
