export { makeDay, type Day, type DayFiles } from './worlds/day.ts'
export type { Speed } from './worlds/world-clock.ts'
export { runOnce, type OnceOptions, type OnceReport } from './street/once.ts'
export { runLive, type Live, type LiveOptions } from './street/live.ts'
