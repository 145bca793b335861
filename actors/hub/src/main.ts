import { runActor } from '@interlock/host'
import { HubConfig, startHub } from './index.ts'

process.exitCode = await runActor(HubConfig, startHub, process.argv.slice(2))
