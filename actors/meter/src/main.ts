import { runActor } from '@interlock/host'
import { MeterConfig, startMeter } from './index.ts'

process.exitCode = await runActor(MeterConfig, startMeter, process.argv.slice(2))
