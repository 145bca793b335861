import { runActor } from '@interlock/host'
import { startWeb, WebConfig } from './index.ts'

process.exitCode = await runActor(WebConfig, startWeb, process.argv.slice(2))
