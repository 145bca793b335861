import { problem, type Endpoint } from '@interlock/host'
import { instant, toIso, type Instant } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import { order } from '../core/goal.ts'
import type { CapacityBook, CapacityGroup } from '../oscp/capacity-book.ts'
import type { FeederShown } from '../oscp/feeder-planner.ts'
import type { TopicStanding } from '../oscp/sealed-capacity.ts'
import { CapacityAnswer, CapacityWithBlocks, pageOf } from './answers.ts'
import type { Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

const blocksShown = 96

/** What feeders bear, who says so, and until when. */
export const capacityEndpoints = ({ context, book, feeders }: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/capacity',
    roles: ['web'],
    answer: pageOf(CapacityAnswer),
    summary: 'What may be drawn on each feeder that an operator limits.',
    handle: (request) => {
      const asked = askedPage(request)
      if (isReply(asked)) return asked
      const { after = '', limit } = asked
      const rest = (book?.groups ?? [])
        .filter(({ group }) => order(group, after) > 0)
        .toSorted((a, b) => order(a.group, b.group))
        .slice(0, limit + 1)
      const now = context.deps.clock.now()
      const documentOf = (each: CapacityGroup) => book && documentAt(book, each, now)
      return page(rest, asked, ({ group }) => group, documentOf)
    },
  },
  {
    method: 'GET',
    url: '/api/v1/capacity/:group',
    roles: ['web'],
    answer: CapacityWithBlocks,
    handle: ({ params }) => {
      const group = book?.groups.find((each) => each.group === params['group'])
      if (book === undefined || group === undefined) return problem('NotFound', 'no such group')
      const now = context.deps.clock.now()
      const first = Math.floor(now / groupBlockMillis) * groupBlockMillis
      const blocks = Array.from({ length: blocksShown }, (_, at) => {
        const from = instant(first + at * groupBlockMillis)
        const { watts, source } = book.at(group, from)
        return { from: toIso(from), watts, source }
      })
      return {
        status: 200,
        body: { ...documentAt(book, group, now), plan: planOf(feeders?.shown(group)), blocks },
      }
    },
  },
]

const planOf = (shown: FeederShown | undefined) =>
  shown === undefined
    ? null
    : { ...shown, at: toIso(shown.at), shortBlocks: shown.shortBlocks.map(toIso) }

function documentAt(book: CapacityBook, each: CapacityGroup, now: Instant) {
  const { group, feeder, operator, contractedWatts } = each
  const { agreed, silent, silentFrom } = book.standing(each)
  const { watts, source } = book.at(each, now)
  return {
    group,
    feeder,
    operator,
    /** There was a handshake with the operator. */
    agreed,
    silent,
    silentFrom: silentFrom === undefined ? null : toIso(silentFrom),
    contractedWatts,
    watts,
    source,
    byTopic: topicDocument(book.byTopic(each)),
    fallbackWatts: book.fallbackAt(each, now).watts,
  }
}

const topicDocument = (standing: TopicStanding | undefined) =>
  standing === undefined
    ? null
    : {
        saidAt: standing.saidAt === undefined ? null : toIso(standing.saidAt),
        silent: standing.silent,
      }
