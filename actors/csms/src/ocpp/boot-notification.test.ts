import { instant, stationId } from '@interlock/kernel'
import { CallError } from '@interlock/ocpp'
import { expect, test, vi } from 'vitest'
import type { Context } from '../context.ts'
import { newView, type StationView } from '../core/view.ts'
import { checkBoot } from './boot-gate.ts'
import { bootNotification } from './boot-notification.ts'
import type { Sender } from './handlers.ts'

const station = stationId('CS-1')

/** A station under a certificate of CS-1 that was accepted before, and a database that is slow. */
function slowlyKept() {
  let written = (): void => {}
  const put = new Promise<void>((resolve) => {
    written = resolve
  })
  const view: StationView = newView({ stationId: station, bootPolicy: 'Accepted' } as never)
  const context = {
    deps: { clock: { now: () => instant(0) } },
    views: new Map([[station, view]]),
    known: { put: () => put },
    audit: { record: () => {}, critical: () => {} },
    tell: () => {},
    hooks: { booted: () => {} },
  } as unknown as Context
  const leave = vi.fn<Sender['leave']>()
  const sender = { stationId: station, profile: 3, trust: 'supervised', leave } as unknown as Sender
  const boot = (serialNumber: string) =>
    bootNotification(context, sender)(
      { reason: 'PowerUp', chargingStation: { vendorName: 'Test', model: 'One', serialNumber } },
      {} as never,
    )
  return { boot, written, leave, next: () => checkBoot(context, sender, 'TransactionEvent') }
}

test('B01.FR.12: what is sent right behind a boot under another serial number is barred before that boot is answered', async () => {
  const { boot, written, leave, next } = slowlyKept()
  expect(next).not.toThrow()
  const answer = boot('CS-2')
  expect(next).toThrow(CallError)
  expect(leave).not.toHaveBeenCalled()
  written()
  expect(await answer).toMatchObject({ status: 'Rejected' })
  expect(leave).toHaveBeenCalledOnce()
  expect(next).toThrow(CallError)
})

test('B01.FR.11: what is sent right behind a boot under its own serial number is taken', async () => {
  const { boot, written, leave, next } = slowlyKept()
  const answer = boot('CS-1')
  expect(next).not.toThrow()
  written()
  expect(await answer).toMatchObject({ status: 'Accepted' })
  expect(leave).not.toHaveBeenCalled()
})
