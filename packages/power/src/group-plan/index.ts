export * from './need.ts'
export { planGroup } from './plan-group.ts'
export * from './plan-under-delays.ts'
export type { Line } from './room.ts'
