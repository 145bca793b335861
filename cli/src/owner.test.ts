import { OwnerOfStation } from '@interlock/contract'
import { nodeCrypto as crypto, problem, type Endpoint } from '@interlock/host'
import { toBase64, toBase64Url } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { served } from './served.fixture.ts'

const station = '02-00-00-01-00-00-00-01'
const { spki } = crypto.generateKey().key.publicKey

test('an administrator adds an owner at the key server and removes one, and is told in words why not', async () => {
  const owners = new Set<string>()
  let isAdministrator = true
  const door = (method: 'PUT' | 'DELETE', change: (key: string) => boolean): Endpoint => ({
    method,
    url: '/api/v1/owners',
    roles: ['supervisor'],
    body: OwnerOfStation,
    handle({ body }) {
      if (!isAdministrator) return problem('NotPermitted')
      const isDone = change((body as OwnerOfStation).key)
      return isDone ? { status: 204 } : problem('RequestInvalid', 'OwnerUnknown')
    },
  })
  const run = await served('keyserver', 'supervisor', [
    door('PUT', (key) => owners.add(key).size > 0),
    door('DELETE', (key) => owners.delete(key)),
  ])
  const given = ['--station', station, '--key', toBase64(spki)]
  expect(await run('owner', 'add', ...given)).toMatchObject({ code: 0 })
  expect([...owners]).toEqual([toBase64Url(spki)])
  expect(await run('owner', 'remove', ...given)).toEqual({
    code: 0,
    lines: [`${station}: what that owner agreed to has ended, and it agrees to nothing more`],
  })
  expect(await run('owner', 'remove', ...given)).toEqual({
    code: 1,
    lines: ['refused: no owner of that charger has this key; nothing has changed [OwnerUnknown]'],
  })
  isAdministrator = false
  const { lines } = await run('owner', 'add', ...given)
  expect(lines).toEqual([
    'refused: this certificate is not one of an administrator of the key server [NotPermitted]',
  ])
  expect((await run('owner', 'remove', '--station', station, '--key', '%')).code).toBe(2)
  expect((await run('owner', 'remove', '--station', 'x', '--key', 'AAAA')).code).toBe(2)
})
