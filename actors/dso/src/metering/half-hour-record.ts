import { parseRecord, readingTime, type OcmfProblem } from '@interlock/ocmf'

const halfHourMillis = 30 * 60_000
/** A register is read within so long of the half-hour's end. */
const lateMillisMax = 60_000

/**
 * Why a record is none that an owner's consent to half-hours covers: it is of somebody's charge, or finer. No charger
 * sends another here; what comes all the same is not kept.
 */
export function whyNoHalfHour(
  record: string,
): OcmfProblem | 'NamesSomebody' | 'NoHalfHour' | undefined {
  const parsed = parseRecord(record)
  if (!parsed.ok) return parsed.reason
  const { PG, IS, ID = '', RD } = parsed.value.payload
  if (!PG.startsWith('F') || IS === true || ID !== '') return 'NamesSomebody'
  const isHalfHour = RD.every(({ TM = '' }) => {
    const read = readingTime(TM)
    return read !== undefined && read.at % halfHourMillis <= lateMillisMax
  })
  return isHalfHour ? undefined : 'NoHalfHour'
}
