import type { Eui64, Instant, Outcome } from '@interlock/kernel'
import type { ControllerRead, ControllersShown, CriticalRequest } from '@interlock/supplier'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import {
  asSupplier,
  deviceIn,
  exampleAccess,
  supplierAccess,
  supplierFlags,
} from '../dcc/as-supplier.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'

/** Whether a load may be switched is this one party's word: the CSMS switches it. */
export const controllersSwitch: Command = {
  name: 'controllers switch',
  summary: 'let a load be switched on or off, as the supplier of its home',
  usage: `interlock controllers switch DEVICE --controller N --to on|off ${supplierAccess}`,
  example: `interlock controllers switch 02-00-00-02-00-00-00-01 --controller 1 --to on ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    controller: {
      kind: 'whole',
      min: 1,
      max: 5,
      value: 'N',
      help: 'number of the auxiliary controller',
    },
    to: { kind: 'text', choices: ['on', 'off'], help: 'on (7.5) or off (7.6)' },
  },
  async run(invocation) {
    const { flags, operands } = invocation
    const device = deviceIn(operands)
    const { controller, to } = flags
    if (typeof controller !== 'number') throw new UsageError('which load? --controller N')
    if (to === undefined) throw new UsageError('on or off? --to on|off')
    const { loadRequest } = await import('@interlock/supplier')
    const request = (now: Instant) => loadRequest({ controller, on: to === 'on' }, now)
    return await order(device, request, invocation, `controller ${controller} may go ${to}`)
  },
}

export const controllersCalendar: Command = {
  name: 'controllers calendar',
  summary: 'set the calendar of a home’s loads, as its supplier',
  usage: `interlock controllers calendar DEVICE --calendar FILE ${supplierAccess}`,
  example: `interlock controllers calendar 02-00-00-02-00-00-00-01 --calendar calendar.json ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    calendar: { kind: 'text', value: 'FILE', help: 'JSON: schedules and special days' },
  },
  async run(invocation) {
    const { flags, operands, print } = invocation
    const device = deviceIn(operands)
    const path = textOf(flags, 'calendar')
    if (path === undefined) throw new UsageError('which calendar? --calendar FILE')
    const { readConfig } = await import('@interlock/host')
    const { CalendarOrder, calendarRequest } = await import('@interlock/supplier')
    const request = calendarRequest(readConfig(path, CalendarOrder))
    if (!request.ok) return refuse(print, request.reason, request.detail ?? '')
    return await order(device, () => request.value, invocation, 'it keeps the calendar')
  },
}

/** Of the meter of the home: a load that it switches is put off at random. */
export const controllersOffset: Command = {
  name: 'controllers offset',
  summary: 'set how long a home’s loads may be put off at random, as its supplier',
  usage: `interlock controllers offset DEVICE --seconds N ${supplierAccess}`,
  example: `interlock controllers offset 02-00-00-03-00-00-00-01 --seconds 600 ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    seconds: { kind: 'whole', min: 0, max: 1_799, value: 'N', help: 'at most so many seconds' },
  },
  async run(invocation) {
    const device = deviceIn(invocation.operands)
    const { seconds: limitSeconds } = invocation.flags
    if (typeof limitSeconds !== 'number') throw new UsageError('how long? --seconds N')
    const request = { service: '7.12', body: { kind: 'offsetLimit', limitSeconds } } as const
    const words = `its loads are put off by ${limitSeconds} s at most`
    return await order(device, () => request, invocation, words)
  },
}

const showing = (
  name: string,
  what: ControllerRead,
  summary: string,
  words: (shown: ControllersShown) => string,
): Command => ({
  name: `controllers ${name}`,
  summary,
  usage: `interlock controllers ${name} DEVICE ${supplierAccess}`,
  example: `interlock controllers ${name} 02-00-00-02-00-00-00-01 ${exampleAccess}`,
  operands: 'DEVICE',
  flags: supplierFlags,
  async run({ flags, operands, print }) {
    const device = deviceIn(operands)
    const { readControllers } = await import('@interlock/supplier')
    const outcome = await asSupplier(flags, (asking, now) =>
      readControllers(what, device, BigInt(now), asking),
    )
    if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
    print({ device, ...outcome.value }, words(outcome.value))
    return exits.done
  },
})
const scheduleWords = (each: NonNullable<ControllersShown['calendar']>['schedules'][number]) =>
  `controller ${each.controller} ${each.direction} ${each.levelPercent} % from ${each.at} on ${each.weekdays.join(' ')}`

/** By any user: a supplier, a DSRSP, a CSMS or an app vendor, as the identity says. */
export const controllersShow = showing(
  'show',
  'configuration',
  'read which loads a device controls, and its calendar',
  ({ controllers, calendar }) =>
    [
      ...controllers.map((each) => `${each.number}: ${each.description ?? ''}`),
      ...(calendar?.schedules ?? []).map(scheduleWords),
    ].join('\n') || 'it controls nothing',
)
export const controllersState = showing(
  'state',
  'operation',
  'read what the loads do that a device controls',
  ({ controllers }) =>
    controllers
      .map((each) => `${each.number}: ${each.kind ?? ''} ${each.state ?? ''}`.trim())
      .join('\n') || 'it controls nothing',
)

async function order(
  device: Eui64,
  requestAt: (now: Instant) => Pick<CriticalRequest, 'service' | 'body'>,
  { flags, print }: Invocation,
  done: string,
): Promise<number> {
  const { askCritical } = await import('@interlock/supplier')
  const outcome: Outcome<unknown, string> = await asSupplier(flags, (asking, now) =>
    askCritical({ ...requestAt(now), device, counter: BigInt(now) }, asking),
  )
  if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
  print({ device, outcome: 'Accepted' }, `${device}: ${done}`)
  return exits.done
}
