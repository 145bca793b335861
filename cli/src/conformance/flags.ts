import type { FlagSpecs } from '../flags.ts'

/** The flags that choose cases. */
export const choosing: FlagSpecs = {
  role: { kind: 'text', choices: ['csms', 'station'], help: 'which end is under test (csms)' },
  profile: { kind: 'text', value: 'NAME', help: 'only the cases of a certification profile' },
  id: { kind: 'texts', value: 'ID', help: 'only that case, as TC_B_06_CSMS; may be repeated' },
}
