import { httpClient, type Identity } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import type { World } from './attempts.fixture.ts'

/** An order of a supplier's own people, or a question; as its server answers it. */
export async function askSupplier(
  world: World,
  by: Identity,
  path: string,
  order?: object,
  method = order ? 'POST' : 'DELETE',
) {
  const url = `https://127.0.0.1:${world.supplier().port}/api/v1/devices/${path}`
  const trust = { roots: [world.smki.rootPem] }
  const client = httpClient({ identity: by, trust, activity: unobserved, expectRole: 'supplier' })
  const { status, body } = await client.request(method, url, order)
  await client.close()
  return { status, body: body as { readonly reason?: string; readonly problem?: string } }
}

export const midsummer = { year: 2026, month: 6, day: 21 }
/** All of this supplier's homes are off from half past four until seven on weekdays, and on that day. */
export const calendar = {
  schedules: [['16:30:00', 0] as const, ['19:00:00', 100] as const].map(([at, levelPercent]) => ({
    controller: 1,
    levelPercent,
    direction: 'import',
    at,
    weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'],
    specialDays: [1],
    from: { year: 'any', month: 1, day: 1 },
    until: { year: 'any', month: 12, day: 31 },
  })),
  specialDays: [midsummer],
}
