import { expect, test } from 'vitest'
import { readAnchor } from './anchor.ts'
import { chargingDsrsp, crypto, dsrsp, folderOf } from './fixture/parties.fixture.ts'

const chainOf = (folder: string) => `${folder}/chain.pem`

test('a trust anchor is the smart-meter certificate of the role that the cell is for', () => {
  const anchor = readAnchor(chainOf(folderOf('dsrsp')), 'dsrsp', crypto)
  expect(anchor).toMatchObject({ organisation: dsrsp.peer.organisation })
  expect(anchor.publicKey).toEqual(dsrsp.peer.publicKey)
})

test('the charging certificate of the same organisation is no trust anchor', () => {
  expect(chargingDsrsp.peer).toMatchObject({
    role: 'dsrsp',
    organisation: dsrsp.peer.organisation,
  })
  const path = chainOf(folderOf('dsrsp', 'charging'))
  expect(() => readAnchor(path, 'dsrsp', crypto)).toThrow('not the smart-meter certificate')
})

test('the certificate of another role is no trust anchor', () => {
  const path = chainOf(folderOf('dcc'))
  expect(() => readAnchor(path, 'dsrsp', crypto)).toThrow('not the smart-meter certificate')
})
