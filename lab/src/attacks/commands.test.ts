import { criticalActions, tableAction } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { validateRequest } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { nameOf, takeoverCommands } from './commands.ts'

const prey = { ratingWatts: 7_360, transactionId: 'a' }
const means = {
  now: instant(Date.parse('2026-01-05T20:30:00Z')),
  certificatePem: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
  firmwareSha256: 'f'.repeat(64),
}

test('the attack tries every critical command of the risk table, and no other', () => {
  const tried = new Set(takeoverCommands.map((each) => each.on))
  expect([...tried].toSorted()).toEqual(criticalActions.toSorted())
})

test('each command of the attack is known by the row it is tried for, and by one name', () => {
  for (const { on, action, payload } of takeoverCommands)
    expect(tableAction(action, payload(prey, means))).toBe(on)
  expect(new Set(takeoverCommands.map(nameOf)).size).toBe(takeoverCommands.length)
})

test.each(takeoverCommands.map((each) => [nameOf(each), each] as const))(
  'what the attack sends as %s is valid OCPP, so that a schema does not stop it',
  (_, { action, payload }) => {
    expect(validateRequest(action, payload(prey, means))).toMatchObject({ ok: true })
  },
)
