import { httpClient, loadIdentity, nodeCrypto, readText } from '@interlock/host'
import { Fault, toHex, type Activity } from '@interlock/kernel'
import { firstContactKey } from '@interlock/pki'
import { feeder, organisations, ratingWatts, region, type Home } from './address-book.ts'
import { installerDir } from './ceremony.ts'
import { firmwareSha256, https, type Plan } from './configs.ts'

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
  const http = httpClient({
    identity: loadIdentity(installerDir(plan.layout)),
    trust: { roots: [readText(plan.layout.trust.charging)] },
    activity,
  })
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
