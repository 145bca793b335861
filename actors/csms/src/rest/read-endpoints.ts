import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { roles, toIso } from '@interlock/kernel'
import { orderWords, type MeterTariff } from '@interlock/seal'
import type { Context } from '../context.ts'
import { order } from '../core/goal.ts'
import type { Tariffs } from '../tariff/tariffs.ts'
import { withStation, type Api } from './api.ts'
import {
  HealthAnswer,
  pageOf,
  StationAnswer,
  StationWithRefusals,
  TariffAnswer,
} from './answers.ts'
import { askedPage, isReply, page } from './pages.ts'
import { stationDocument } from './station-document.ts'

export const readEndpoints = (api: Api): Endpoint[] => {
  const { context, tariffs } = api
  return [
    {
      method: 'GET',
      url: '/healthz',
      roles,
      answer: HealthAnswer,
      handle: () => ({ status: 200, body: { status: 'ok' } }),
    },
    {
      method: 'GET',
      url: '/api/v1/stations',
      roles: ['web'],
      answer: pageOf(StationAnswer),
      handle: (request) => stationsAfter(context, request),
    },
    {
      method: 'GET',
      url: '/api/v1/stations/:id',
      roles: ['web'],
      answer: StationWithRefusals,
      handle: withStation(api, async (view) => ({
        status: 200,
        body: {
          ...stationDocument(view),
          refusedCommands: await context.kept.refusedCommands(view.record.stationId),
        },
      })),
    },
    {
      method: 'GET',
      url: '/api/v1/tariff',
      roles: ['web'],
      answer: TariffAnswer,
      handle: ({ query }) => {
        const all = tariffs.all()
        const meter = query['meter'] ?? all[0]?.meter
        const tariff = all.find((each) => each.meter === meter)
        if (tariff === undefined) return problem('NotFound', 'no tariff has been read')
        return { status: 200, body: tariffDocument(tariff, tariffs) }
      },
    },
  ]
}

function stationsAfter({ views }: Context, request: HttpRequest): Reply {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const { after = '', limit } = asked
  const rest = [...views.values()]
    .filter(({ record }) => order(record.stationId, after) > 0)
    .sort((a, b) => order(a.record.stationId, b.record.stationId))
    .slice(0, limit + 1)
  return page(rest, asked, ({ record }) => record.stationId, stationDocument)
}

const tariffDocument = (tariff: MeterTariff, tariffs: Pick<Tariffs, 'problems' | 'shown'>) => ({
  meter: tariff.meter,
  ...orderWords(tariff),
  readAt: toIso(tariff.readAt),
  prices: tariff.prices.map((price) => ({
    from: toIso(price.from),
    pencePerKilowattHour: price.pencePerKilowattHour,
  })),
  /** Why the last reading was not taken; the tariff shown is the last good one. */
  notTaken: tariffs.problems().get(tariff.meter) ?? null,
  /** The tables in which the meter shows another than its supplier signed; `null` where none were compared. */
  shownOther: tariffs.shown().get(tariff.meter) ?? null,
})
