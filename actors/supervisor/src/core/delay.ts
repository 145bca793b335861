import { randomDelayVariable } from '@interlock/contract'
import type { Setting } from '@interlock/gate'

/** The longest random delay once the command is carried out, in seconds. */
export function delaySecondsAfter(setting: Setting, delaySecondsMax: number): number {
  const { component, variable } = randomDelayVariable
  const asked = setting.kind === 'variables' ? setting.values : []
  return asked
    .filter((each) => each.component === component && each.variable === variable)
    .reduce((longest, each) => Math.max(longest, each.value), delaySecondsMax)
}
