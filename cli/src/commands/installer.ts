import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { dataDir } from '../data-dir.ts'

export const installer: Command = {
  name: 'installer',
  summary: 'register a street’s chargers, and grant what is agreed on topics (simulated installer)',
  usage: 'interlock installer --data DIR',
  example: 'interlock installer --data street',
  flags: { data: { kind: 'text', value: 'DIR', help: 'the street’s folder' } },
  run: async ({ flags, print }) => {
    const { installChargers, openMadeStreet } = await import('@interlock/lab')
    const installed = await installChargers(await openMadeStreet(resolve(dataDir(flags))))
    const { chargers, topics } = installed
    const granted = topics
      ? 'what is agreed on topics is granted'
      : 'nothing is granted on topics, for the middleware or the key server is not up'
    print(installed, `${chargers} chargers are in the register; ${granted}`)
    return 0
  },
}
