import { readFileSync } from 'node:fs'
import type { Command } from '../command.ts'

export const version: Command = {
  name: 'version',
  summary: 'print the version',
  usage: 'interlock version',
  example: 'interlock version',
  flags: {},
  run: async ({ print }) => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    const { version: number } = JSON.parse(text) as { version: string }
    print(
      { version: number, node: process.version },
      `interlock ${number}, Node ${process.version}`,
    )
    return 0
  },
}
