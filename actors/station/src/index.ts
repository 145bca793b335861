export { runStation, startStation, type StationRunning } from './start.ts'
export { bearingsOf, type Bearings } from './bearings.ts'
export type { StationDeps } from './assemble.ts'
export type { OwnIdentity } from './own-identity.ts'
export { readScript, type Step } from './script/steps.ts'
export { openCardFolder, publicKeyOfCard } from './script/card-folder.ts'
export { startScripted } from './script/play.ts'
export { StationConfig } from './config.ts'
export type { Gate, Message } from './judging.ts'
export { recall, type Memory } from './core/memory.ts'
export type { AnswerRule } from './core/answers.ts'
export type { Hardware } from './hardware.ts'
export type { Observation } from './observe.ts'
export type { PlugIn } from './hardware/vehicle.ts'
export type { OutsideLimit } from './outside-limit.ts'
export type { Token } from './core/token.ts'
export {
  pairAtHome,
  readUsageAtHome,
  type HomeRefusal,
  type PairedHome,
} from './home/home-client.ts'
