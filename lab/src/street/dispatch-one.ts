import { httpClient, loadIdentity, readText } from '@interlock/host'
import { https } from './configs.ts'
import type { Street } from './start-street.ts'

const order = { percent: 50, minutes: 30 } as const

/**
 * The DSRSP's operator, simulated: calls the first charger that is charging down to half its rating,
 * for what no local quantity reveals. True when the charger followed.
 */
export async function dispatchOne(street: Street): Promise<boolean> {
  const chosen = street.homes.find(({ station }) => station.observe().powerWatts > 0)
  if (chosen === undefined) return false
  const { layout } = street.plan
  const http = httpClient({
    identity: loadIdentity(layout.server('web').charging),
    trust: { roots: [readText(layout.trust.charging)] },
    activity: street.depsOf('dispatcher').activity,
  })
  try {
    const { stationId } = chosen.home
    const url = `${https(street.plan, 'dsrsp')}/api/v1/dispatch`
    const answer = await http.request('POST', url, { stationId, ...order })
    return answer.status < 300 && (answer.body as { status?: string }).status === 'Accepted'
  } finally {
    await http.close()
  }
}
