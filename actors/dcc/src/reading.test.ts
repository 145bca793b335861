import type { RequestBody, Service } from '@interlock/duis'
import { eui64, instant, type Role } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { expect, test } from 'vitest'
import { eligibility, userRoles, type EligibilityRow } from './eligibility.ts'
import { judgeUser } from './judge.ts'

const eui = (last: string) => eui64(`02-00-00-00-00-00-00-${last}`)
const [hub, device, related, stranger] = [eui('02'), eui('03'), eui('0A'), eui('0B')]

/** What becomes of a user's read of one home, whose inventory names `related` and nobody else. */
function read(service: Service, role: Role, organisation: typeof related) {
  const kind = eligibility[service].device === 'meter' ? 'meter' : 'llcs'
  const home = {
    eui: device,
    kind,
    hub,
    certificate: { serialHex: '0a', notAfter: instant(1) },
    readers: new Set([related]),
  }
  const body = { kind: 'readControllers' } satisfies RequestBody
  const id = { originator: organisation, target: device, counter: 1n }
  const judged = judgeUser(
    { ...id, service, commandVariant: 1, body },
    { role, organisation } as Peer,
    {
      inventory: {
        device: (wanted: unknown) => wanted === device && home,
        status: () => 'Commissioned',
      },
      revoked: () => false,
      deps: { wall: { now: () => instant(0) } },
    } as unknown as Parameters<typeof judgeUser>[2],
  )
  return judged.ok ? 'permitted' : judged.reason
}

const reads = (Object.entries(eligibility) as [Service, EligibilityRow][]).filter(
  ([, row]) => row.reads === true,
)

test('every request that is not critical and goes to a device is a read of a home', () => {
  expect(reads.map(([service]) => service)).toEqual(['4.1.2', '4.8.1', '4.11.1', '7.14', '7.15'])
})

test.each(
  reads.flatMap(([service, row]) => userRoles.map((role) => [service, role, row] as const)),
)(
  '%s by a %s: for whom the inventory names for that home, and for no other of its role',
  (service, role, { roles }) => {
    const may = roles.includes(role)
    expect(read(service, role, related)).toBe(may ? 'permitted' : 'RoleForbidden')
    expect(read(service, role, stranger)).toBe(may ? 'RelationMissing' : 'RoleForbidden')
  },
)
