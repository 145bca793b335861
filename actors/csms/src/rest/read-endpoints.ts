import { problem, type Endpoint } from '@interlock/host'
import { roles, toIso } from '@interlock/kernel'
import { Type } from 'typebox'
import { order } from '../core/goal.ts'
import type { Tariff } from '../core/tariff.ts'
import { withStation, type Api } from './api.ts'
import {
  HealthAnswer,
  KnocksAnswer,
  StationAnswer,
  StationWithRefusals,
  TariffAnswer,
} from './answers.ts'
import { stationDocument } from './station-document.ts'

export const readEndpoints = (api: Api): Endpoint[] => {
  const { context, tariffs } = api
  return [
    {
      method: 'GET',
      url: '/healthz',
      roles,
      answer: HealthAnswer,
      handle: () => ({
        status: 200,
        body: { status: 'ok', stations: context.views.size, connected: context.sessions.size },
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/stations',
      roles: ['web'],
      answer: Type.Array(StationAnswer),
      handle: () => ({
        status: 200,
        body: [...context.views.values()]
          .sort((a, b) => order(a.record.stationId, b.record.stationId))
          .map(stationDocument),
      }),
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
        return { status: 200, body: tariffDocument(tariff, tariffs.problems().get(tariff.meter)) }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/knocks',
      roles: ['web'],
      answer: KnocksAnswer,
      handle: async () => ({ status: 200, body: await context.stations.knocks() }),
    },
  ]
}

const tariffDocument = (tariff: Tariff, notTaken: string | undefined) => ({
  meter: tariff.meter,
  version: tariff.version,
  readAt: toIso(tariff.readAt),
  prices: tariff.prices.map((price) => ({
    from: toIso(price.from),
    pencePerKilowattHour: price.pencePerKilowattHour,
  })),
  /** Why the last reading was not taken; the tariff shown is the last good one. */
  notTaken: notTaken ?? null,
})
