import { hanAnswers } from '@interlock/contract'
import { ok, type Outcome } from '@interlock/kernel'
import { expect, test } from 'vitest'
import type { Device } from './inventory.ts'
import { createListDelivery } from './list-delivery.ts'
import type { DeliveryProblem } from './wan-server.ts'

/** Until nothing more happens by itself. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve()
}
const llcs = (hub: string, number: number) =>
  ({ kind: 'llcs', hub, eui: `${hub}-${number}` }) as unknown as Device

/** A data company with one list, whose devices answer when the test says so. */
function bringing(devices: readonly Device[]) {
  const asked: string[] = []
  const answers: (() => void)[] = []
  let number = 1
  type Parts = Parameters<typeof createListDelivery>
  const wan = {
    deliver: ({ eui }: Device): Promise<Outcome<Uint8Array, DeliveryProblem>> =>
      new Promise((resolve) => {
        asked.push(eui)
        answers.push(() => resolve(ok(Uint8Array.of(hanAnswers.done))))
      }),
  } as unknown as Parts[0]
  const lists = {
    held: (hierarchy: string) => (hierarchy === 'charging' ? { number, text: '' } : undefined),
  } as unknown as Parts[1]
  const inventory = { devices: () => devices.values() } as unknown as Parts[2]
  const audit = { record: () => {} } as unknown as Parts[3]
  const delivery = createListDelivery(wan, lists, inventory, audit)
  return { delivery, asked, answers, renew: () => number++ }
}

test('a home with any number of silent devices holds back no other, and is not asked again meanwhile', async () => {
  const silent = Array.from({ length: 200 }, (_, at) => llcs('silent', at))
  const { delivery, asked, answers, renew } = bringing([...silent, llcs('other', 1)])
  const all = delivery.bringToAll()
  await settled()
  expect(asked).toEqual(['silent-0', 'other-1'])
  answers[1]?.()
  await settled()
  // Nor does a newer list wait for the slowest.
  renew()
  const newer = delivery.bringToAll()
  await settled()
  expect(asked).toEqual(['silent-0', 'other-1', 'other-1'])
  for (let each = 0; each < answers.length; each++) {
    answers[each]?.()
    await settled()
  }
  await Promise.all([all, newer])
  expect(asked.slice(3)).toEqual(silent.slice(1).map(({ eui }) => eui))
  // One has answered to the list of before.
  const rest = delivery.bringToAll()
  await settled()
  answers.at(-1)?.()
  await rest
  expect(asked.slice(202)).toEqual(['silent-0'])
})
