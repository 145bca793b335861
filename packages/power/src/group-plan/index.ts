export * from './need.ts'
export { planGroup } from './plan-group.ts'
