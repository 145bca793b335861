import type { Clock } from '@interlock/kernel'
import type { Feeder, Feeders, PublishedData } from '../shared/shapes.ts'
import { Declined, type WebRole, type WebRoute } from './access.ts'
import type { FeederSource } from './feeder-source.ts'

/** Those who look after more than their own home. */
const people: readonly WebRole[] = ['operator', 'regulator', 'lab']

/** What the console can ask of a distribution operator; it changes nothing there. */
export function feederRoutes(parts: {
  readonly feeders: FeederSource | undefined
  readonly clock: Clock
}): WebRoute[] {
  const { clock } = parts
  const source = (): FeederSource => {
    if (parts.feeders === undefined)
      throw new Declined('NotFound', 'no distribution operator is known here')
    return parts.feeders
  }
  return [
    {
      method: 'GET',
      url: '/api/feeders',
      access: people,
      handle: async () => {
        const body: Feeders = { ...(await source().feeders()), at: clock.now() }
        return { status: 200, body }
      },
    },
    {
      method: 'GET',
      url: '/api/feeders/:group',
      access: people,
      handle: async ({ params }) => {
        const group = params['group'] ?? ''
        const [day, sums] = await Promise.all([source().day(group), source().sums(group)])
        const body: Feeder = { at: clock.now(), day, sums }
        return { status: 200, body }
      },
    },
    {
      method: 'GET',
      url: '/api/open-data',
      access: people,
      handle: async () => {
        const body: PublishedData = { openData: (await source().openData()) ?? null }
        return { status: 200, body }
      },
    },
  ]
}
