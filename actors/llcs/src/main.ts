import { runActor } from '@interlock/host'
import { LlcsConfig } from './config.ts'
import { startLlcs } from './start.ts'

process.exitCode = await runActor(LlcsConfig, startLlcs, process.argv.slice(2))
