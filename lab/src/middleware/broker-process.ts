import { readFileSync } from 'node:fs'
import { startBroker, type BrokerConfig } from '@interlock/broker'
import { systemDeps } from '@interlock/host'

/** The middleware in a process of its own, whose memory can be searched. Its config is the file named. */
const [path = ''] = process.argv.slice(2)
const config = JSON.parse(readFileSync(path, 'utf8')) as BrokerConfig
const broker = await startBroker(config, systemDeps(config.actor))
process.send?.({ port: broker.port })
process.on('disconnect', () => process.exit(0))
