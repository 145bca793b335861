/** Runs after `npm ci` and before the first start: makes what is generated and not committed. */
import { generateOcpp } from './generate-ocpp.mjs'
import { buildCommand } from './build-command.mjs'
import { buildWeb } from './build-web.mjs'

process.stdout.write(`ocpp: ${await generateOcpp()}\n`)
process.stdout.write(`web: ${await buildWeb()}\n`)
process.stdout.write(`command: ${await buildCommand()}\n`)
