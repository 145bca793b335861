import type { Identity } from '@interlock/host'
import { assert } from '@interlock/kernel'
import { companyRows } from './company-rows.fixture.ts'
import type { Network } from './network.fixture.ts'

/** How often a user's requests have passed the thresholds of the data company. */
export async function passed(world: Network, { peer }: Identity): Promise<number> {
  const its = `who like '${peer.organisation} %'`
  const sum = `select coalesce(sum(shared), 0)::int as passed from tallies where ${its}`
  const [row] = (await companyRows(world, sum)) as readonly { readonly passed: number }[]
  return row?.passed ?? 0
}

/** The one request of that user that is held, by the supervisor. */
export async function letThrough(world: Network, user: Identity): Promise<void> {
  const at = `${world.url}/api/v1/quarantine`
  const { body } = await world.clientOf(user).request('GET', at)
  const { requests } = body as { readonly requests: readonly { readonly reference: string }[] }
  const [item, other] = requests
  assert(item !== undefined && other === undefined, 'one is held')
  const by = world.clientOf(world.users.supervisor)
  const { status } = await by.request('POST', `${at}/${item.reference}/process`)
  assert(status === 200, 'it is answered')
}
