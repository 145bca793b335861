import type { RequestBody, Service } from '@interlock/duis'
import { fromHex, toHex, toIso, type Eui64, type Outcome } from '@interlock/kernel'
import { exits, UsageError, type Command, type Invocation } from '../command.ts'
import {
  asSupplier,
  deviceIn,
  exampleAccess,
  supplierAccess,
  supplierFlags,
  timeIn,
} from '../dcc/as-supplier.ts'
import { textOf } from '../flags.ts'
import { refuse } from '../refusal.ts'

export const devicesNotify: Command = {
  name: 'devices notify',
  summary: 'tell the data company of a device that will be installed',
  usage: `interlock devices notify DEVICE --notice FILE ${supplierAccess}`,
  example: `interlock devices notify 02-00-00-02-00-00-00-01 --notice notice.json ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    notice: { kind: 'text', value: 'FILE', help: 'JSON: what device it is' },
  },
  async run(invocation) {
    const device = deviceIn(invocation.operands)
    const path = textOf(invocation.flags, 'notice')
    if (path === undefined) throw new UsageError('which device is it? --notice FILE')
    const { readConfig } = await import('@interlock/host')
    const { notificationOf, NotificationOrder } = await import('@interlock/supplier')
    const body = notificationOf(device, readConfig(path, NotificationOrder))
    return await askAbout(device, '12.2', () => body, invocation, 'it is expected')
  },
}

export const devicesDecommission: Command = {
  name: 'devices decommission',
  summary: 'take a device out of the data company’s inventory, for good',
  usage: `interlock devices decommission DEVICE ${supplierAccess}`,
  example: `interlock devices decommission 02-00-00-02-00-00-00-01 ${exampleAccess}`,
  operands: 'DEVICE',
  flags: supplierFlags,
  async run(invocation) {
    const device = deviceIn(invocation.operands)
    const body = { kind: 'decommission', device } as const
    return await askAbout(device, '8.3', () => body, invocation, 'nobody commands it any more')
  },
}

export const devicesAnswer: Command = {
  name: 'devices answer',
  summary: 'return what a device answered to a command that was handed to it',
  usage: `interlock devices answer DEVICE --counter N --response FILE ${supplierAccess}`,
  example: `interlock devices answer 02-00-00-03-00-00-00-01 --counter 1770000000000 --response answer.hex ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    counter: { kind: 'text', value: 'N', help: 'of the request that the command came back from' },
    response: { kind: 'text', value: 'FILE', help: 'what it answered, hex or base64' },
  },
  async run(invocation) {
    const { flags, operands } = invocation
    const target = deviceIn(operands)
    const counter = textOf(flags, 'counter') ?? ''
    if (!/^\d{1,19}$/.test(counter)) throw new UsageError('to which request? --counter N')
    const path = textOf(flags, 'response')
    if (path === undefined) throw new UsageError('what did it answer? --response FILE')
    const { readText } = await import('@interlock/host')
    const { messageBytes, notBytes } = await import('../gbcs/message-bytes.ts')
    const text = readText(path)
    const response = messageBytes(text)
    if (response === undefined) throw new UsageError(`${path}: ${notBytes(text)}`)
    const body = (originator: Eui64): RequestBody => {
      const original = { originator, target, counter: BigInt(counter) }
      return { kind: 'localResponse', original, response }
    }
    return await askAbout(target, '8.13', body, invocation, 'its answer is taken')
  },
}

/** Asked of the data company itself, by a supplier or a DSRSP, as the identity says. */
async function askAbout(
  device: Eui64,
  service: Service,
  bodyOf: (own: Eui64) => RequestBody,
  { flags, print }: Invocation,
  done: string,
): Promise<number> {
  const { askCompany } = await import('@interlock/supplier')
  const outcome: Outcome<unknown, string> = await asSupplier(flags, (asking, now) => {
    const body = bodyOf(asking.organisation)
    return askCompany({ service, body, counter: BigInt(now) }, asking)
  })
  if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
  print({ device, outcome: 'Accepted' }, `${device}: ${done}`)
  return exits.done
}

export const devicesFirmware: Command = {
  name: 'devices firmware',
  summary: 'have a device run an image that it holds, as its supplier',
  usage: `interlock devices firmware DEVICE --hash HEX [--at TIME | --local FILE] ${supplierAccess}`,
  example: `interlock devices firmware 02-00-00-03-00-00-00-01 --hash ${'5a'.repeat(32)} ${exampleAccess}`,
  operands: 'DEVICE',
  flags: {
    ...supplierFlags,
    hash: { kind: 'text', value: 'HEX', help: 'SHA-256 of the image' },
    at: {
      kind: 'text',
      value: 'TIME',
      help: 'when the data company sends it; at once unless given',
    },
    local: { kind: 'text', value: 'FILE', help: 'it is written here instead, to be handed over' },
  },
  async run({ flags, operands, print }) {
    const device = deviceIn(operands)
    const hash = fromHex(textOf(flags, 'hash') ?? '')
    if (hash?.length !== 32) throw new UsageError('which image? --hash, 64 hexadecimal digits')
    const executeAt = timeIn(flags)
    const path = textOf(flags, 'local')
    if (path !== undefined && executeAt !== undefined)
      throw new UsageError('--at or --local, not both')
    const local = path === undefined ? undefined : true
    const { writeAtomic } = await import('@interlock/host')
    const { askCritical } = await import('@interlock/supplier')
    const request = { service: '11.3', body: { kind: 'firmware', hash }, device } as const
    let counter = 0n
    const outcome = await asSupplier(flags, (asking, now) => {
      counter = BigInt(executeAt ?? now)
      return askCritical({ ...request, counter, executeAt, local }, asking)
    })
    if (!outcome.ok) return refuse(print, outcome.reason, outcome.detail ?? '')
    const said = { device, counter: counter.toString() }
    if (outcome.value === 'cancelled')
      print({ ...said, cancelled: true }, 'what the data company held for it is taken back')
    else if (outcome.value === 'held' && executeAt !== undefined) {
      const until = toIso(executeAt)
      print({ ...said, held: until }, `the data company holds it until ${until}`)
    } else if (path !== undefined && typeof outcome.value !== 'string') {
      writeAtomic(path, toHex(outcome.value), 0o644)
      print({ ...said, command: path }, `${path}: the command, of request ${said.counter}`)
    } else print({ ...said, outcome: 'Accepted' }, `${device}: it runs that image`)
    return exits.done
  },
}
