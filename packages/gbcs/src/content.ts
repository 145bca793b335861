import { refused, type Outcome } from '@interlock/kernel'
import { readLayout, type Layout, type ReadLayout } from './layout.ts'
import type { GbcsProblem } from './problems.ts'

/** Reads a whole content by its layout: nothing may follow. */
export function readContent<Values extends object>(
  layout: Layout<Values>,
  content: Uint8Array,
  counter: bigint,
): Outcome<ReadLayout<Values>, GbcsProblem> {
  const read = readLayout(layout, content, () => counter)
  if (!read.ok) return refused('ContentMalformed', read.detail)
  const last = read.value.parts.at(-1)
  const end = last === undefined ? 0 : last.offset + last.bytes.length
  return end === content.length
    ? read
    : refused('ContentMalformed', `${last?.name}: ${content.length - end} bytes follow it`)
}
