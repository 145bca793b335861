import { expect, test } from 'vitest'
import { battery, card, sessionScene } from './fixture/session.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const cost = (scene: Awaited<ReturnType<typeof sessionScene>>) => scene.station.observe().totalCost

test('what a transaction costs is shown while it runs and after it has ended (I02, I03)', async () => {
  const scene = await sessionScene()
  const { hardware } = scene.station
  hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(3)
  expect(cost(scene)).toBeUndefined()
  const transactionId = scene.events()[0]?.transactionInfo.transactionId ?? ''

  await scene.csms.call('CostUpdated', { totalCost: 1.25, transactionId: 'another' })
  expect(cost(scene)).toBeUndefined()
  await scene.csms.call('CostUpdated', { totalCost: 1.25, transactionId })
  expect(cost(scene)).toBe(1.25)

  scene.csms.answers['TransactionEvent'] = ({ eventType }) =>
    eventType === 'Ended' ? { totalCost: 3.5 } : {}
  hardware.unplug()
  await until(() => cost(scene) === 3.5, 'the final cost')

  // The next one begins without a cost.
  scene.csms.answers['TransactionEvent'] = () => ({})
  const before = scene.events().length
  hardware.plugIn({ ...battery, idToken: card.idToken })
  await scene.told(before + 1)
  expect(cost(scene)).toBeUndefined()
})
