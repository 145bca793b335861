import { roles } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { ofCsms } from './fixture/identities.fixture.ts'
import { csmsWorld, type CsmsWorld } from './fixture/world.fixture.ts'
import type { Api } from './rest/api.ts'
import { endpointsOf } from './rest/endpoints.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
beforeAll(async () => {
  world = await csmsWorld('doors')
  csms = await world.start(world.clock())
})
afterAll(async () => {
  await csms.close()
  await world.close()
})

const certifyUnder = (hierarchy: 'charging' | 'smartMeter') => (role: (typeof roles)[number]) => {
  const subject = ofCsms(`door-${role}`, role, 0x40 + roles.indexOf(role))
  return world.identities.identity(hierarchy, subject)
}

test(
  'what the server has registered is the rows of the interface and the stream, for their roles',
  async () => {
    const rows = endpointsOf({ once: (handle) => handle } as Api)
    const problems = await wronglyOpen({
      port: csms.port,
      doors: csms.doors,
      root: world.identities.authorities.charging.root.certificatePem,
      hierarchy: 'charging',
      certify: certifyUnder('charging'),
      certifyElsewhere: certifyUnder('smartMeter'),
      table: {
        ...Object.fromEntries(rows.map((row) => [`${row.method} ${row.url}`, row.roles])),
        'GET /api/v1/events': ['web'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)
