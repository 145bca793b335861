import { runActor } from '@interlock/host'
import { EmspConfig, startEmsp } from './index.ts'

process.exitCode = await runActor(EmspConfig, startEmsp, process.argv.slice(2))
