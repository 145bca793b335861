import type { Group } from './options.ts'
import type { Line } from './report.ts'

/** What a ratio must be at least, or at most, by the beginning of the figure's name. */
export const targets: readonly {
  readonly group: Group
  readonly figure: string
  readonly least?: number
  readonly most?: number
}[] = [
  { group: 'ocpp', figure: 'memory of an idle connection, mutual TLS', most: 1.3 },
  { group: 'ocpp', figure: 'heartbeats, plain', least: 0.8 },
  { group: 'ocpp', figure: 'heartbeats, mutual TLS', least: 0.8 },
  { group: 'ocpp', figure: 'durable TransactionEvents', least: 0.7 },
  // At least half of the rate of what is inside it.
  { group: 'arm', figure: 'arm, the whole chain', most: 2 },
  { group: 'sealed', figure: 'sealed over NATS', least: 0.7 },
]

/** Latencies and processor times have no target. */
const isMeasuredFor = (name: string, figure: string): boolean =>
  name.startsWith(figure) && !name.includes(': ')

/** Each figure that misses its target, in words. */
export function missed(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ name, ratio }) => {
    const target = targets.find(({ figure }) => isMeasuredFor(name, figure))
    if (target === undefined) return []
    const { least = 0, most = Infinity } = target
    if (ratio >= least && ratio <= most) return []
    const demanded = target.least === undefined ? `at most ${most}` : `at least ${least}`
    return [`${name}: the ratio is ${ratio.toFixed(2)}, and should be ${demanded}`]
  })
}

/** Each figure of these groups that has a target and was not measured, in words. */
export const unmeasured = (lines: readonly Line[], groups: readonly Group[]): readonly string[] =>
  targets
    .filter(({ group }) => groups.includes(group))
    .filter(({ figure }) => !lines.some(({ name }) => isMeasuredFor(name, figure)))
    .map(({ figure }) => `${figure}: it was not measured`)
