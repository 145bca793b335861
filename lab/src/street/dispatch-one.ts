import { httpClient, loadIdentity, readText } from '@interlock/host'
import { operatorDir } from './ceremony.ts'
import { https } from './configs.ts'
import type { Street } from './start-street.ts'

const order = { percent: 50, minutes: 30 } as const

/**
 * The DSRSP's operator, simulated: calls one charger that charges by schedule down to half its rating,
 * for what no local quantity reveals; the next one if it refuses. True when a charger followed.
 */
export async function dispatchOne(street: Street): Promise<boolean> {
  const { layout } = street.plan
  const http = httpClient({
    identity: loadIdentity(operatorDir(layout)),
    trust: { roots: [readText(layout.trust.charging)] },
    activity: street.depsOf('dispatcher').activity,
  })
  const url = `${https(street.plan, 'dsrsp')}/api/v1/dispatch`
  try {
    for (const { home, station } of street.homes) {
      const { powerWatts, override } = station.observe()
      if (powerWatts === 0 || override !== undefined) continue
      const answer = await http.request('POST', url, { stationId: home.stationId, ...order })
      if ((answer.body as { status?: string }).status === 'Accepted') return true
    }
    return false
  } finally {
    await http.close()
  }
}
