import { runActor } from '@interlock/host'
import { AuthorityConfig } from './config.ts'
import { startAuthority } from './start.ts'

process.exitCode = await runActor(AuthorityConfig, startAuthority, process.argv.slice(2))
