import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { dataDir } from '../data-dir.ts'

export const init: Command = {
  name: 'init',
  summary: 'make a street’s folder: keys and configs; start nothing',
  usage: 'interlock init --data DIR [--stations N]',
  example: 'interlock init --data street --stations 2',
  flags: {
    data: { kind: 'text', value: 'DIR', help: 'a new or empty folder' },
    stations: { kind: 'whole', min: 1, max: 200, value: 'N', help: 'chargers in the street (12)' },
  },
  run: async ({ flags, print, say }) => {
    const dir = resolve(dataDir(flags))
    const { claimFolder } = await import('@interlock/host')
    const { demandStreetFolder } = await import('@interlock/lab/folder')
    demandStreetFolder(dir)
    const release = claimFolder(dir)
    try {
      const { makeStreet, writeConfigs } = await import('@interlock/lab')
      const stations = Number(flags['stations'] ?? 12)
      const { plan } = await makeStreet(dir, stations, [], say)
      const passwords = await writeConfigs(plan)
      const words = Object.entries(passwords).map(([name, password]) => `  ${name}  ${password}`)
      print(
        { data: dir, stations, passwords },
        [
          `${dir}: a street of ${stations} chargers. Run its parts one by one:`,
          `  interlock database --data ${dir}`,
          `  interlock supervisor --config ${plan.layout.server('supervisor').config} …`,
          `  interlock installer --data ${dir}`,
          'Passwords of the console, told only now:',
          ...words,
        ].join('\n'),
      )
      return 0
    } finally {
      release()
    }
  },
}
