import { runActor } from '@interlock/host'
import { CsmsConfig } from './config.ts'
import { startCsms } from './start.ts'

process.exitCode = await runActor(CsmsConfig, startCsms, process.argv.slice(2))
