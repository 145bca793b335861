export { MiddlewareConfig } from './config.ts'
export { openExchange, type Exchange, type ExchangeOptions } from './exchange.ts'
export { journalOutbox, memoryOutbox, type OutboxStore } from './outbox-store.ts'
export {
  openHalfHours,
  type HalfHour,
  type HalfHours,
  type HalfHoursRefusal,
} from './half-hours.ts'
export { consumptionFollowing, hearConsumption, type ConsumptionHeard } from './hear-consumption.ts'
export {
  DeadLetterShown,
  deadLettersDoor,
  deadLettersPage,
  type DeadLettersPage,
} from './dead-letters-door.ts'
export type { DeadLetter } from './dead-letters.ts'
export { openHeard, type Heard, type Said } from './heard.ts'
export {
  demandHomesHeard,
  HomeConfig,
  homeTopic,
  readingTopic,
  speaksOfItself,
} from './home-topics.ts'
export { messageUnfit } from './message-unfit.ts'
export {
  keepProofs,
  keptProofs,
  openProofs,
  proofFiles,
  proofOf,
  type Proof,
  type Proofs,
} from './proofs.ts'
export { openProgress, type Progress } from './progress.ts'
export type { Reading } from './reading.ts'
export type { Finding, Received } from './receive.ts'
export {
  demandTopic,
  openTopics,
  type Following,
  type Topics,
  type TopicsOptions,
} from './topics.ts'
