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
  const beyond = content.length - read.value.length
  return beyond === 0
    ? read
    : refused('ContentMalformed', `${layout.at(-1)?.name}: ${beyond} bytes follow it`)
}
