import { expect, test } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { startKeys } from './index.ts'

test(
  'every door of the key server is for the roles of its row, over every role of both roots',
  async () => {
    const [charging, smartMeter] = [testHierarchy('charging'), testHierarchy('smartMeter')]
    const own = charging.certify('keyserver')
    const { config, root } = actorPlace(own, charging.rootPem)
    const keys = await startKeys(
      {
        ...config,
        actor: 'keys',
        name: 'Key server',
        trust: { charging: root },
        // Nobody joins anything, so nothing is published.
        accessPoint: 'https://127.0.0.1:1',
        administrators: [own.peer.organisation],
      },
      quietDeps,
    )
    const clients = ['station', 'csms', 'dsrsp', 'supplier', 'dso', 'emsp'] as const
    const problems = await wronglyOpen({
      port: keys.port,
      doors: keys.doors,
      root: charging.rootPem,
      hierarchy: 'charging',
      certify: (role) => charging.certify(role, own.peer.organisation),
      certifyElsewhere: (role) => smartMeter.certify(role),
      table: {
        'GET /healthz': ['supervisor', 'web'],
        'PUT /api/v1/certificates': clients,
        'GET /api/v1/certificates/:thumbprint': clients,
        'PUT /api/v1/memberships': clients,
        'DELETE /api/v1/memberships': clients,
        'GET /api/v1/readers': ['station', 'csms'],
        'GET /api/v1/epochs': clients,
        'PUT /api/v1/heads': ['station', 'csms', 'dso'],
        'POST /api/v1/heads': clients,
        'POST /api/v1/consents': ['csms', 'web'],
        'POST /api/v1/consents/asked': ['csms', 'web'],
        'GET /api/v1/consents/:station': ['csms', 'web'],
        'PUT /api/v1/owners': ['supervisor'],
        'DELETE /api/v1/owners': ['supervisor'],
        'GET /api/v1/groups': ['supervisor'],
        'GET /api/v1/grants': ['supervisor'],
        'PUT /api/v1/grants': ['supervisor'],
        'DELETE /api/v1/grants': ['supervisor'],
      },
    })
    await keys.close()
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)
