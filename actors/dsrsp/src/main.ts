import { runActor } from '@interlock/host'
import { DsrspConfig } from './config.ts'
import { startDsrsp } from './start.ts'

process.exitCode = await runActor(DsrspConfig, startDsrsp, process.argv.slice(2))
