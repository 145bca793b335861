import { runActor } from '@interlock/host'
import { KeysConfig, startKeys } from './index.ts'

process.exitCode = await runActor(KeysConfig, startKeys, process.argv.slice(2))
