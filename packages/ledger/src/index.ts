export * from './audit.ts'
export * from './audit-verifier.ts'
