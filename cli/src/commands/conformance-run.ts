import type { Command } from '../command.ts'
import { choosing, foreignEnd } from '../conformance/flags.ts'

export const conformanceRun: Command = {
  name: 'conformance run',
  summary: 'run the OCPP certification cases against a CSMS or a station',
  usage: 'interlock conformance run --target self|null|relay|ws(s)://… [options]',
  example: 'interlock conformance run --target self --role csms --reporter json --output results',
  flags: {
    ...choosing,
    target: { kind: 'text', value: 'TARGET', help: 'self, null, relay, ws(s)://… (self)' },
    ...foreignEnd,
    reporter: { kind: 'text', value: 'KINDS', help: 'files to write: json, junit, html' },
    output: { kind: 'text', value: 'DIR', help: 'where the reporters write (.)' },
    concurrency: { kind: 'whole', min: 1, max: 64, value: 'N', help: 'cases at once (6)' },
    'step-timeout': {
      kind: 'whole',
      min: 100,
      max: 60_000,
      value: 'MS',
      help: 'how long an answer may take, in milliseconds (5000)',
    },
  },
  run: async (invocation) => {
    const { runCommand } = await import('../conformance/run-command.ts')
    return runCommand(invocation)
  },
}
