import type { Command } from '../command.ts'
import { pagePort } from '../page-port.ts'

export const demo: Command = {
  name: 'demo',
  summary: 'a whole street: every actor, real protocols, one command',
  usage: 'interlock demo [--once] [options]',
  example: 'interlock demo --once --seed 1',
  flags: {
    once: { kind: 'switch', help: 'live through one scripted day, print what happened, and end' },
    seed: { kind: 'whole', min: 0, value: 'N', help: 'decides everything random (1)' },
    stations: { kind: 'whole', min: 1, max: 200, value: 'N', help: 'chargers in the street (12)' },
    speed: {
      kind: 'number',
      min: 1,
      max: 86_400,
      value: 'X',
      help: 'world seconds per second (60; with --once as fast as the work allows)',
    },
    controls: { kind: 'text', choices: ['on', 'off'], help: 'off: a lab without its gates (on)' },
    tariff: { kind: 'text', value: 'FILE', help: 'CSV of half-hourly prices' },
    'tariff-day': { kind: 'date', value: 'DATE', help: 'the day of that file to use' },
    sessions: { kind: 'text', value: 'FILE', help: 'CSV of charging sessions' },
    frequency: { kind: 'text', value: 'FILE', help: 'CSV of grid frequency, second by second' },
    port: {
      kind: 'whole',
      min: 1,
      max: 65_534,
      value: 'N',
      help: `the console; the arm page is on N+1 (${pagePort})`,
    },
    data: { kind: 'text', value: 'DIR', help: 'where the street is kept (.interlock)' },
    reset: { kind: 'switch', help: 'begin again: remove the street that the data folder holds' },
  },
  run: async (invocation) => {
    const { readDemo } = await import('../demo/options.ts')
    const options = await readDemo(invocation.flags)
    const { withFolder } = await import('../demo/folder.ts')
    return withFolder(options, async (dir) => {
      if (options.once) {
        const { demoOnce } = await import('../demo/once.ts')
        return demoOnce({ ...options, dir }, invocation)
      }
      const { demoLive } = await import('../demo/live.ts')
      return demoLive({ ...options, dir }, invocation)
    })
  },
}
