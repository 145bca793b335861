import { runActor } from '@interlock/host'
import { StationConfig } from './config.ts'
import { startStation } from './start.ts'

process.exitCode = await runActor(StationConfig, startStation, process.argv.slice(2))
