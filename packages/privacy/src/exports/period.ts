import { instant, type Instant } from '@interlock/kernel'

/** What one export is of. */
export type ExportPeriod = { readonly from: Instant; readonly until: Instant }

export const exportDaysMax = 31
const millisMax = exportDaysMax * 86_400_000

/** The longest that ends at `until`. */
export const longestPeriod = (until: Instant): ExportPeriod => ({
  from: instant(until - millisMax),
  until,
})

export const isExportPeriod = ({ from, until }: ExportPeriod): boolean =>
  from < until && until - from <= millisMax
