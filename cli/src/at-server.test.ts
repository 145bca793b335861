import { expect, test } from 'vitest'
import { atServer } from './at-server.ts'
import { atCompany } from './dcc/at-company.ts'
import { atDesk } from './stations/at-desk.ts'

const nothing = () => Promise.resolve(undefined)
const whole = { identity: 'own', trust: 'root.pem' }

test.each([
  ['a server', 'at', (given: object) => atServer({ ...given }, nothing)],
  ['the data company', 'dcc', (given: object) => atCompany({ ...given }, nothing)],
  ['a CSMS', 'csms', (given: object) => atDesk({ ...given }, nothing)],
] as const)(
  '%s is spoken with where address, identity and root are given, over TLS alone',
  async (_, name, at) => {
    const needed = `--${name} URL --identity DIR --trust FILE`
    await expect(at({})).rejects.toThrow(needed)
    await expect(at({ [name]: 'https://one.test' })).rejects.toThrow(needed)
    for (const url of ['http://one.test', 'one.test', ''])
      await expect(at({ ...whole, [name]: url })).rejects.toThrow(
        `--${name}: an address as https://`,
      )
    // What it is given it reads.
    await expect(at({ ...whole, [name]: 'https://one.test' })).rejects.toMatchObject({
      code: 'IdentityUnreadable',
    })
  },
)

test('stations are those of a street or of a CSMS, not of both', async () => {
  const both = { data: 'street', csms: 'https://one.test', ...whole }
  await expect(atDesk(both, nothing)).rejects.toThrow('--data or --csms, not both')
})
