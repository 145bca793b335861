import { existsSync, readFileSync } from 'node:fs'
import { risks } from '@interlock/contract'
import { expect, test } from 'vitest'
import { contextActs } from './contexts.ts'
import { takeoverCommands } from './commands.ts'
import { liedAbout } from './lies.ts'

/** Ways to move load that are not the CSMS's: where each is tried instead. */
const triedElsewhere: Readonly<Record<string, { file: string; by: string }>> = {
  Tariff: {
    file: 'lab/src/smart-meter/service-requests.test.ts',
    by: 'every role tries every service request, and only the table allows',
  },
  SignerExpiry: {
    file: 'packages/gate/src/authentic.test.ts',
    by: 'a revoked signer is refused by name of its certificate',
  },
}

test('every row of the risk table is attacked in the lab', () => {
  const here = [
    ...takeoverCommands.map((each) => each.on),
    ...contextActs.map((each) => each.on),
    ...liedAbout,
    'LossOfContact',
  ]
  const tried = new Set([...here, ...Object.keys(triedElsewhere)])
  expect([...tried].toSorted()).toEqual(risks.map((row) => row.on).toSorted())
})

test.each(Object.entries(triedElsewhere))('%s is tried where it says', (_, { file, by }) => {
  expect(existsSync(file)).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(by)
})
