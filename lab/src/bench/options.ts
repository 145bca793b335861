/** What is measured, and demanded, by itself; in their order. */
export const groupNames = ['ocpp', 'arm', 'sealed'] as const
export type Group = (typeof groupNames)[number]

export type BenchOptions = {
  readonly size: 'quick' | 'full'
  readonly demand: boolean
  readonly json: boolean
  readonly only: readonly Group[]
}

export const usage = `npm run bench [-- --quick] [--demand] [--json] [--only GROUP]

Measures Interlock against the bare calls beneath it; see docs/benchmarks.md.

  --quick        fewer and shorter rounds, for CI
  --demand       fail when a figure misses its target, or one that has a target was not measured
  --json         one JSON object on stdout
  --only GROUP   this group alone; again for a second one: ${groupNames.join(', ')}
`

const isGroup = (name: string): name is Group => groupNames.some((each) => each === name)

/** What was asked for; a sentence if it is nothing that there is. */
export function readOptions(args: readonly string[]): BenchOptions | string {
  const asked = new Set<string>()
  const only: Group[] = []
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? ''
    if (arg === '--only') {
      const name = args[(at += 1)] ?? ''
      if (!isGroup(name)) return `--only: one of ${groupNames.join(', ')}`
      only.push(name)
    } else if (['--quick', '--demand', '--json'].includes(arg)) asked.add(arg)
    else return `there is no option ${arg}`
  }
  return {
    size: asked.has('--quick') ? 'quick' : 'full',
    demand: asked.has('--demand'),
    json: asked.has('--json'),
    only: only.length === 0 ? groupNames : groupNames.filter((each) => only.includes(each)),
  }
}
