import { feederShownLimits, type FeedersShown, type ProviderShown } from '@interlock/contract'
import { problem, type Endpoint } from '@interlock/host'
import { toIso, type Instant } from '@interlock/kernel'
import type { Association } from '@interlock/oscp'
import type { PeerTerms } from '@interlock/host/oscp'
import { breachShown, providersIn } from './capacity/breach-words.ts'
import type { ToldDays } from './capacity/told-days.ts'
import type { FeederConfig } from './config.ts'
import type { Blocks } from './metering/blocks.ts'
import type { HeardLog } from './oscp/heard-log.ts'

type Books = {
  readonly feeders: readonly FeederConfig[]
  readonly providers: readonly PeerTerms[]
  readonly days: Pick<ToldDays, 'shown'>
  readonly blocks: Pick<Blocks, 'of'>
  readonly heard: Pick<HeardLog, 'of'>
  readonly associations: { of(provider: string): Association }
}

/** Where the operator's own people see what its feeders bear, who may use it, and how those who may stand. */
export const feederDoors = (books: Books): readonly Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/feeders',
    roles: ['dso', 'web'],
    summary:
      'The feeders; and of each provider how it stands, what it cannot keep, what it exceeded.',
    handle: () => ({ status: 200, body: feedersShown(books) }),
  },
  {
    method: 'GET',
    url: '/api/v1/feeders/:group/day',
    roles: ['dso', 'web'],
    summary: 'A feeder’s forecast with its baselines, what is spare, and who was told what of it.',
    handle({ params }) {
      const feeder = books.feeders.find(({ group }) => group === params['group'])
      if (feeder === undefined) return problem('NotFound', 'no such feeder')
      return { status: 200, body: books.days.shown(feeder, books.blocks.of(feeder.group)) }
    },
  },
]

const feedersShown = (books: Books): FeedersShown => ({
  feeders: books.feeders.map(({ group, ratedWatts, meter, chargers }) => ({
    group,
    ratedWatts,
    metered: meter !== undefined,
    summed: chargers !== undefined,
  })),
  providers: books.providers.map((each) => providerShown(each, books)),
})

function providerShown({ name, groups }: PeerTerms, books: Books): ProviderShown {
  const association = books.associations.of(name)
  const { heartbeatAt, complaints } = books.heard.of(name)
  const iso = (at: Instant | undefined) => (at === undefined ? null : toIso(at))
  return {
    name,
    standing: standingOf(association),
    heartbeatAt: iso(heartbeatAt),
    offlineModeAt: iso(association.offlineModeAt),
    groups: [...groups],
    complaints: complaints.map(({ at, blocks, from, until }) => ({
      at: toIso(at),
      blocks,
      from: iso(from),
      until: iso(until),
    })),
    breaches: [...groups]
      .flatMap((group) => books.blocks.of(group))
      .toSorted((one, other) => other.from - one.from)
      .flatMap(({ group, from, breaches = [] }) =>
        breaches
          .filter((breach) => providersIn(breach).includes(name))
          .map((breach) => ({ group, from: toIso(from), breach: breachShown(breach) })),
      )
      .slice(0, feederShownLimits.breachesMax),
  }
}

function standingOf({ peer, offlineModeAt, silent }: Association): ProviderShown['standing'] {
  if (peer === undefined) return 'unregistered'
  if (offlineModeAt === undefined) return 'registered'
  return silent ? 'silent' : 'heard'
}
