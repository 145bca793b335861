import { readFileSync } from 'node:fs'
import { startCsms, type CsmsConfig } from '@interlock/csms'
import { realDeps } from '../bench/load/site.ts'

/** A CSMS in a process of its own, to be killed. Its config is the file named on the command line. */
const [path = ''] = process.argv.slice(2)
const config = JSON.parse(readFileSync(path, 'utf8')) as CsmsConfig
const csms = await startCsms(config, realDeps())
process.send?.({ port: csms.ocppPorts.profile3, restPort: csms.port })
// Whoever would have killed it has gone.
process.on('disconnect', () => process.exit(0))
