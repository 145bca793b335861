import { UsageError } from './command.ts'
import type { FlagValues } from './flags.ts'

/** The folder given with `--data`. @throws UsageError without it */
export function dataDir(flags: FlagValues): string {
  const { data } = flags
  if (typeof data !== 'string') throw new UsageError('--data DIR is needed')
  return data
}
