export { createAuthority, type Ceremony, type CeremonyDeps } from './ceremony.ts'
export { AuthorityConfig } from './config.ts'
export { startAuthority, type AuthorityRunning } from './start.ts'
