import { requestHead } from './access.ts'
import type { Layout } from './layout.ts'

/** The parameter of ECS38 *Set Randomised Offset Limit*. */
export type OffsetLimit = {
  /** Longest random offset of a controller's switching, 0…1799. */
  readonly limitSeconds: number
}

export const offsetLimitSecondsMax = 1_799

export const isOffsetLimit = ({ limitSeconds }: OffsetLimit): boolean =>
  Number.isInteger(limitSeconds) && limitSeconds >= 0 && limitSeconds <= offsetLimitSecondsMax

/** An access-request that sets one object to the limit. */
export const offsetLimitLayout: Layout<OffsetLimit> = [
  ...requestHead<OffsetLimit>([
    {
      name: 'object of the limit',
      of: () => ({ service: 'set', classId: 1, obis: [0, 0, 94, 44, 0, 1], id: 2 }),
    },
  ]),
  {
    name: 'randomised offset limit',
    bytes: 3,
    write: ({ limitSeconds }) => Uint8Array.of(0x12, limitSeconds >> 8, limitSeconds & 0xff),
    read(bytes) {
      const limitSeconds = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)
      return isOffsetLimit({ limitSeconds }) ? { limitSeconds } : undefined
    },
    say: ({ limitSeconds }) => `${limitSeconds} s`,
  },
]
