import type { GrantBook } from '@interlock/host'
import { companionTopic, type Topic } from '@interlock/contract'
import { eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { permissionsOf } from './permissions.ts'

const [own, rival] = [eui64('A0-00-00-00-00-00-00-01'), eui64('A0-00-00-00-00-00-00-02')]
const granted: Pick<GrantBook, 'allows' | 'meets'> = { allows: () => true, meets: () => true }
const permissions = permissionsOf(granted as GrantBook, eui64('A0-00-00-00-00-00-00-09'))
const capacity: Topic = { region: 'eastern', feeder: 'f1', kind: 'capacity', id: own }

test('another operator’s allotment, and its keys, are brought to nobody, whatever was granted', () => {
  const client = (organisation: typeof own) => ({ role: 'csms', organisation }) as const
  for (const topic of [capacity, companionTopic(capacity, 'epoch')]) {
    expect(permissions.mayRead(client(own), topic)).toBe(true)
    expect(permissions.mayRead(client(rival), topic)).toBe(false)
  }
  expect(permissions.mayPublish(client(own), capacity)).toBe(false)
  expect(permissions.mayPublish({ role: 'dso', organisation: rival }, capacity)).toBe(true)
  // The control: of another kind the grant alone says it.
  const load: Topic = { ...capacity, kind: 'load' }
  expect(permissions.mayRead({ role: 'dso', organisation: rival }, load)).toBe(true)
})

test('attack: a key server of another organisation publishes no key and no lease, whatever was granted', () => {
  const ours = { role: 'keyserver', organisation: eui64('A0-00-00-00-00-00-00-09') } as const
  for (const kind of ['epoch', 'lease'] as const) {
    const topic = companionTopic({ ...capacity, kind: 'load' }, kind)
    expect(permissions.mayPublish(ours, topic)).toBe(true)
    expect(permissions.mayPublish({ ...ours, organisation: rival }, topic)).toBe(false)
  }
})
