import { actorArguments } from '../actor-config.ts'
import type { Command } from '../command.ts'

/** The one actor with simulated hardware that somebody has to touch: by hand, or by a script. */
export const station: Command = {
  name: 'station',
  summary: 'run a home charger (simulated hardware)',
  usage: 'interlock station --config FILE [--script FILE]',
  example: 'interlock station --config street/homes/1/station/config.json',
  // Nothing that weakens it: a script touches the simulated hardware, as a hand would.
  flags: {
    config: { kind: 'text', value: 'FILE', help: 'its configuration, JSON' },
    script: {
      kind: 'text',
      value: 'FILE',
      help: 'what happens at it, JSON lines (not in production)',
    },
  },
  run: async ({ flags, print }) => {
    const { script } = flags
    const argv = actorArguments(flags, station)
    const { readText, runActor } = await import('@interlock/host')
    const { readScript, startScripted, startStation, StationConfig } =
      await import('@interlock/station')
    const steps = typeof script === 'string' ? readScript(script, readText(script)) : undefined
    const start: typeof startStation | typeof startScripted =
      steps === undefined
        ? startStation
        : (...[given, deps]: Parameters<typeof startStation>) => startScripted(given, deps, steps)
    const exitCode = await runActor(StationConfig, start as typeof startStation, argv)
    if (exitCode === 0) print({ actor: 'station', exitCode }, 'station has closed')
    return exitCode
  },
}
