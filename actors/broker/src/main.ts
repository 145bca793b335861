import { runActor } from '@interlock/host'
import { BrokerConfig, startBroker } from './index.ts'

process.exitCode = await runActor(BrokerConfig, startBroker, process.argv.slice(2))
