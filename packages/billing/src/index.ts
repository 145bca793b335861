export * from './cost.ts'
export * from './rate-cdr.ts'
export * from './rating-problems.ts'
export * from './signed-session.ts'
