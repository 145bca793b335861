import { runActor } from '@interlock/host'
import { SupervisorConfig } from './config.ts'
import { startSupervisor } from './start.ts'

process.exitCode = await runActor(SupervisorConfig, startSupervisor, process.argv.slice(2))
