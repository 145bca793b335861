import { exits, type Command } from '../command.ts'
import { pagePort } from '../page-port.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'say what is missing here and how to get it',
  usage: 'interlock doctor [--data DIR] [--port N]',
  example: 'interlock doctor --data .interlock --port 7360',
  flags: {
    data: { kind: 'text', value: 'DIR', help: 'the data folder to look at (.interlock)' },
    port: { kind: 'whole', min: 1, max: 65_534, value: 'N', help: `of the console (${pagePort})` },
  },
  run: async ({ flags, print }) => {
    const installation = await import('../doctor/installation.ts')
    const port = typeof flags['port'] === 'number' ? flags['port'] : pagePort
    const data = typeof flags['data'] === 'string' ? flags['data'] : '.interlock'
    const packages = installation.checkPackages()
    const findings = [
      installation.checkNode(process.version),
      packages,
      ...installation.checkGenerated(),
    ]
    // Without its packages the rest cannot even be asked.
    if (packages.status === 'ok') {
      const machine = await import('../doctor/machine.ts')
      findings.push(
        await machine.checkPostgres(),
        await machine.checkDataFolder(data),
        await machine.checkPort(port, 'console'),
        await machine.checkPort(port + 1, 'arm page'),
      )
    }
    findings.push(installation.checkChromium(process.env))
    const ready = findings.every(({ status }) => status !== 'missing')
    const words = findings.map(
      ({ name, status, detail, remedy }) =>
        `${status.padEnd(10)}${name}: ${detail}${remedy === undefined ? '' : `\n          → ${remedy}`}`,
    )
    print({ ready, findings }, words.join('\n'))
    return ready ? exits.done : exits.environment
  },
}
