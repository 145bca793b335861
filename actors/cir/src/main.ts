import { runActor } from '@interlock/host'
import { CirConfig, startCir } from './index.ts'

process.exitCode = await runActor(CirConfig, startCir, process.argv.slice(2))
