import { expect, test } from 'vitest'
import { car } from './fixture/scene.fixture.ts'
import { standardScene, type StandardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const token = { idToken: 'ABCD', type: 'ISO14443' } as const
const ask = (to: StandardScene, request: object) =>
  to.csms.call('CustomerInformation', { requestId: 5, report: true, clear: false, ...request })
/** The text of the next report, whole. */
async function reported(to: StandardScene, request: object): Promise<string> {
  const before = to.csms.sent('NotifyCustomerInformation').length
  expect(await ask(to, request)).toEqual({ status: 'Accepted' })
  const pages = () => to.csms.sent('NotifyCustomerInformation').slice(before)
  await until(() => pages().some((page) => page.tbc === false), 'the last page')
  expect(pages().map((page) => page.seqNo)).toEqual(pages().map((_, index) => index))
  return pages()
    .map((page) => page.data)
    .join('')
}
/** A station that has asked the CSMS about the token. */
async function charged(): Promise<StandardScene> {
  const to = await standardScene()
  to.station.hardware.plugIn({ ...car, idToken: token.idToken })
  await until(() => to.csms.sent('TransactionEvent').length > 0, 'the session')
  await until(() => to.station.observe().setPointWatts > 0, 'the charge')
  to.station.hardware.unplug()
  await until(() => to.csms.sent('TransactionEvent').at(-1)?.eventType === 'Ended', 'its end')
  return to
}

test('N09: what is known of a customer is told, and of a stranger that nothing is', async () => {
  const to = await charged()
  expect(await reported(to, { idToken: token })).toContain('a cached answer: Accepted')
  expect(await reported(to, { idToken: { ...token, idToken: 'FFFF' } })).toBe('no data found')
  expect(await reported(to, { customerIdentifier: 'Customer 5' })).toBe('no data found')
})

test('N10: what was cleared is known no more, also after a loss of power', async () => {
  const to = await charged()
  // N10.FR.06: cleared unseen, and told.
  const unseen = { idToken: token, report: false, clear: true }
  expect(await reported(to, unseen)).toBe('data cleared')
  await to.restart()
  expect(await reported(to, { idToken: token })).toBe('no data found')
})

test('N10: clearing with a report tells what was there', async () => {
  const to = await charged()
  expect(await reported(to, { idToken: token, clear: true })).toContain('a cached answer')
  expect(await reported(to, { idToken: token, clear: true })).toBe('no data found')
})

test('N09.FR.07, N09.FR.09, N10.FR.07: a request that names nobody, or two, is invalid; one that wants nothing is refused', async () => {
  const to = await standardScene()
  expect(await ask(to, {})).toEqual({ status: 'Invalid' })
  expect(await ask(to, { idToken: token, customerIdentifier: 'x' })).toEqual({ status: 'Invalid' })
  expect(await ask(to, { idToken: token, report: false })).toEqual({ status: 'Rejected' })
})
