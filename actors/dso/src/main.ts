import { runActor } from '@interlock/host'
import { DsoConfig, startDso } from './index.ts'

process.exitCode = await runActor(DsoConfig, startDso, process.argv.slice(2))
