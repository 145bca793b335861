import { runActor } from '@interlock/host'
import { DccConfig, startDcc } from './index.ts'

process.exitCode = await runActor(DccConfig, startDcc, process.argv.slice(2))
