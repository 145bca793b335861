import {
  httpClient,
  loadIdentity,
  nodeCrypto,
  ownKey,
  readText,
  type HttpClient,
} from '@interlock/host'
import { Fault, toBase64, toHex, type Activity } from '@interlock/kernel'
import { firstContactKey } from '@interlock/pki'
import { feeder, organisations, ratingWatts, region, type Home } from './address-book.ts'
import { installerDir, maintainerDir } from './ceremony.ts'
import { firmwareSha256, https, type Plan } from './configs.ts'
import { cardHome, evseIdOf } from './roaming-configs.ts'

/**
 * The installer, simulated: pre-notifies each charger in the supervisor's register, over the
 * supervisor's own interface. @throws Fault when the register refuses.
 */
export async function preNotify(
  plan: Plan,
  homes: readonly Home[],
  activity: Activity,
  /** What differs from an ordinary home of the street. */
  more: object = {},
) {
  const http = clientOf(installerDir(plan.layout), plan, activity)
  try {
    for (const home of homes) {
      const key = firstContactKey(plan.secretsOf(home).station, nodeCrypto)
      const answer = await http.request('POST', `${https(plan, 'supervisor')}/api/v1/devices`, {
        stationId: home.stationId,
        eui: home.station,
        secretSha256: toHex(key),
        firmwareSha256,
        ratingWatts,
        delaySecondsMax: 600,
        region,
        feeder,
        csms: organisations.csms,
        dsrsp: organisations.dsrsp,
        llcs: home.llcs,
        ...more,
      })
      if (answer.status >= 300)
        throw new Fault('PreNotification', `${home.stationId}: ${JSON.stringify(answer.body)}`)
    }
  } finally {
    await http.close()
  }
}

/**
 * The supervisor's maintainer, simulated: registers the meter of the home where a driver charges by card, whose key its
 * maker has put on its label. Doing it again changes nothing. @throws Fault when the register refuses.
 */
export async function registerMeter(plan: Plan, activity: Activity): Promise<void> {
  const home = cardHome(plan)
  const evseId = evseIdOf(home)
  const meters = `${https(plan, 'supervisor')}/api/v1/meters`
  const http = clientOf(maintainerDir(plan.layout), plan, activity)
  try {
    const known = await http.request('GET', `${meters}/${encodeURIComponent(evseId)}`)
    if ((known.body as { meters?: readonly object[] }).meters?.length !== 0) return
    const { publicKey } = ownKey(`${plan.layout.device('station', home).data}/meter/key.pem`)
    const answer = await http.request('POST', meters, {
      evseId,
      serial: home.station.replaceAll('-', ''),
      publicKey: toBase64(publicKey.spki),
      ratingWatts,
      from: '2026-01-01T00:00:00Z',
    })
    if (answer.status >= 300)
      throw new Fault('MeterNotRegistered', `${evseId}: ${JSON.stringify(answer.body)}`)
  } finally {
    await http.close()
  }
}

const clientOf = (identity: string, { layout }: Plan, activity: Activity): HttpClient =>
  httpClient({
    identity: loadIdentity(identity),
    trust: { roots: [readText(layout.trust.charging)] },
    activity,
  })
