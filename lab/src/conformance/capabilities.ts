import type { Row } from './table/row.ts'

/** What the ends under test are said to have, besides the four profiles. */
export const readCapabilities =
  (has: readonly string[] = []) =>
  (row: Row): string | undefined =>
    row.capability === undefined || has.includes(row.capability) ? undefined : row.capability
