import { ListenConfig } from '@interlock/host'
import type { OpenDataRules } from '@interlock/privacy'
import { Type, type Static } from 'typebox'

/** Where everybody reads, and how many chargers a row is made of at least. */
export const OpenDataConfig = Type.Object(
  {
    listen: ListenConfig,
    groupMin: Type.Integer({ minimum: 10, maximum: 10_000, default: 10 }),
  },
  { additionalProperties: false },
)
export type OpenDataConfig = Static<typeof OpenDataConfig>

const hourMillis = 3_600_000
export const rulesOf = ({ groupMin }: Pick<OpenDataConfig, 'groupMin'>): OpenDataRules => ({
  groupMin,
  shareMax: 0.3,
  periodMillis: 24 * hourMillis,
  delayMillis: 48 * hourMillis,
  keepMillis: 730 * 24 * hourMillis,
  stepWattHours: 10_000,
})
