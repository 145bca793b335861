export { CsmsConfig } from './config.ts'
export type { StationView } from './core/view.ts'
export {
  openMiddleware,
  type CapacityHearer,
  type Middleware,
  type MiddlewareOptions,
  type Sayer,
} from './middleware/open-middleware.ts'
export { openSealedCapacity } from './oscp/sealed-capacity.ts'
export { openToldSets } from './oscp/told-sets.ts'
export { describeInterface } from './rest/describe.ts'
export type { StationDocument } from './rest/station-document.ts'
export { startCsms, type CsmsRunning } from './start.ts'
export { virtualId } from './virtual-evse/virtual-evse.ts'
