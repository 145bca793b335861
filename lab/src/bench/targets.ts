import type { Line } from './report.ts'

/** What a ratio must be at least, or at most, by the beginning of the figure's name. */
export const targets: readonly {
  readonly figure: string
  readonly least?: number
  readonly most?: number
}[] = [
  { figure: 'memory of an idle connection, mutual TLS', most: 1.3 },
  { figure: 'heartbeats, plain', least: 0.8 },
  { figure: 'heartbeats, mutual TLS', least: 0.8 },
  { figure: 'durable TransactionEvents', least: 0.7 },
  { figure: 'sealed over NATS', least: 0.7 },
  // At least half of the rate of what is inside it.
  { figure: 'arm, the whole chain', most: 2 },
]

/** Each figure that misses its target, in words. Latencies and processor times have none. */
export function missed(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ name, ratio }) => {
    if (name.includes(': ')) return []
    const target = targets.find(({ figure }) => name.startsWith(figure))
    if (target === undefined) return []
    const { least = 0, most = Infinity } = target
    if (ratio >= least && ratio <= most) return []
    const demanded = target.least === undefined ? `at most ${most}` : `at least ${least}`
    return [`${name}: the ratio is ${ratio.toFixed(2)}, and should be ${demanded}`]
  })
}
