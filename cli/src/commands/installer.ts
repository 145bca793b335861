import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { dataDir } from '../data-dir.ts'

export const installer: Command = {
  name: 'installer',
  summary: 'register a street’s chargers with its supervisor (simulated installer)',
  usage: 'interlock installer --data DIR',
  flags: { data: { kind: 'text', value: 'DIR', help: 'the street’s folder' } },
  run: async ({ flags, print }) => {
    const { installChargers, openMadeStreet } = await import('@interlock/lab')
    const chargers = await installChargers(await openMadeStreet(resolve(dataDir(flags))))
    print({ chargers }, `${chargers} chargers are in the register`)
    return 0
  },
}
