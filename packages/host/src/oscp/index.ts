export * from './desk.ts'
export * from './endpoints.ts'
export * from './outbox.ts'
