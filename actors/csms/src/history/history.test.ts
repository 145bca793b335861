import { instant, stationId, toBase64Url, utf8 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { pairing } from './exchanges.ts'
import { createHistory, type Entry } from './history.ts'

const id = stationId('CS-1')
const exchangesOf = (entries: readonly Entry[]) => {
  const pairs = pairing()
  for (const entry of entries) pairs.take(entry)
  return pairs.exchanges
}
const frame = (at: number, direction: Entry['direction'], ...text: unknown[]): Entry => ({
  number: at,
  at,
  stationId: id,
  direction,
  text: JSON.stringify(text),
})
const clock = (at: () => number) => ({ now: () => instant(at()), after: () => ({ cancel() {} }) })

test('a call is paired with its answer, whoever called, also when both use one id', () => {
  const [own, theirs] = exchangesOf([
    frame(0, 'out', 2, 'm', 'ClearCache', {}),
    frame(5, 'in', 2, 'm', 'Heartbeat', {}),
    frame(8, 'out', 3, 'm', { currentTime: 't' }),
    frame(20, 'in', 3, 'm', { status: 'Accepted' }),
  ])
  expect(own).toMatchObject({ action: 'ClearCache', from: 'csms', latencyMillis: 20 })
  expect(own?.response).toEqual({ status: 'Accepted' })
  expect(theirs).toMatchObject({ action: 'Heartbeat', from: 'station', latencyMillis: 3 })
})

test('an error, a schema problem and a frame that is none stand in the history', () => {
  const problem = { code: 'TypeConstraintViolation', detail: '/seqNo', messageId: 'm' }
  const exchanges = exchangesOf([
    frame(0, 'in', 2, 'm', 'TransactionEvent', {}),
    { number: 1, at: 1, stationId: id, direction: 'in', problem },
    frame(2, 'out', 4, 'm', 'TypeConstraintViolation', 'words', {}),
    { number: 3, at: 3, stationId: id, direction: 'in', text: 'not JSON' },
  ])
  expect(exchanges[0]).toMatchObject({
    error: { code: problem.code },
    problems: [{ detail: '/seqNo' }],
  })
  expect(exchanges[1]).toMatchObject({ problems: [{ code: 'Unreadable' }] })
})

test('a signed request is shown opened, with who signed it', () => {
  const part = (value: object) => toBase64Url(utf8(JSON.stringify(value)))
  const jws = {
    payload: part({ type: 'OnIdle' }),
    protected: part({ role: 'csms' }),
    signature: 'x',
  }
  const [exchange] = exchangesOf([frame(0, 'out', 2, 'm', 'Reset-Signed', jws)])
  expect(exchange).toMatchObject({
    action: 'Reset',
    request: { type: 'OnIdle' },
    signed: { role: 'csms' },
  })
})

test('passwords, whole tokens and certificates are not shown, wherever they stand (A01.FR.09)', () => {
  const variable = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
  const set = { setVariableData: [{ ...variable, attributeValue: 'secret-1' }] }
  const text = JSON.stringify(
    exchangesOf([
      frame(0, 'out', 2, 'a', 'SetVariables', set),
      frame(0, 'in', 2, 'b', 'Authorize', {
        idToken: { idToken: 'secret-2-0001', type: 'Central' },
      }),
      frame(0, 'out', 2, 'c', 'CertificateSigned', { certificateChain: 'secret-3' }),
      frame(0, 'out', 2, 'd', 'GetLog', { log: { remoteLocation: 'ftp://u:secret-4@host/x' } }),
      frame(0, 'in', 2, 'e', 'NotifyCustomerInformation', { data: 'secret-5' }),
      frame(0, 'out', 2, 'f', 'SetNetworkProfile', {
        connectionData: { vpn: { password: 'secret-6' } },
      }),
    ]),
  )
  expect(text).not.toMatch(/secret-\d\b(?!…)/)
  expect(text).toContain('…0001')
})

test('what a vendor or a customer may have put into free fields is not shown', () => {
  const variable = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
  const text = JSON.stringify(
    exchangesOf([
      frame(0, 'out', 2, 'a', 'DataTransfer', {
        vendorId: 'com.vendor',
        messageId: 'Login',
        data: { password: 'secret-1', nested: [{ pin: 'secret-2' }] },
      }),
      frame(1, 'in', 3, 'a', { status: 'Accepted', data: 'secret-3' }),
      frame(2, 'in', 2, 'b', 'DataTransfer', { vendorId: 'com.vendor', data: 'secret-4' }),
      frame(3, 'out', 2, 'c', 'CustomerInformation', {
        requestId: 1,
        report: true,
        clear: false,
        customerIdentifier: 'secret-5',
        customData: { vendorId: 'com.vendor', password: 'secret-6' },
      }),
      frame(4, 'in', 2, 'd', 'SecurityEventNotification', {
        type: 'InvalidMessages',
        timestamp: 't',
        techInfo: 'secret-7',
      }),
      frame(5, 'in', 2, 'e', 'NotifyEvent', {
        eventData: [{ ...variable, actualValue: 'secret-8', techInfo: 'secret-9' }],
      }),
    ]),
  )
  expect(text).not.toContain('secret-')
  // What happened can still be told.
  for (const word of ['com.vendor', 'Login', 'Accepted', 'InvalidMessages', 'BasicAuthPassword'])
    expect(text).toContain(word)
})

test('the history is bounded by count, size and age', () => {
  let now = 0
  const limits = { entriesMax: 3, bytesMax: 10, frameCharsMax: 5, ageMillisMax: 100 } as never
  const history = createHistory(
    clock(() => now),
    limits,
  )
  for (const text of ['aaaaaaaa', 'b', 'c', 'd'])
    history.add({ stationId: id, direction: 'in', text })
  expect([...history.entries()].map((each) => each.text)).toEqual(['b', 'c', 'd'])
  history.add({ stationId: id, direction: 'in', text: 'eeeee' })
  history.add({ stationId: id, direction: 'in', text: 'fffff' })
  expect([...history.entries()].map((each) => each.text)).toEqual(['eeeee', 'fffff'])
  expect([...history.entries()].map((each) => each.number)).toEqual([4, 5])
  expect([...history.entries({ after: 4 })].map((each) => each.text)).toEqual(['fffff'])
  expect([...history.entries({ after: 1, stationId: 'CS-2' })]).toEqual([])
  now = 101
  expect([...history.entries()]).toEqual([])
})

test('nothing secret is told by a report, a URL, words of an error, or what is no payload', () => {
  const password = {
    component: { name: 'SecurityCtrlr' },
    variable: { name: 'BasicAuthPassword' },
  }
  const set = { setVariableData: [{ ...password, attributeValue: 'secret-1' }] }
  const text = JSON.stringify(
    exchangesOf([
      frame(0, 'in', 2, 'a', 'NotifyReport', {
        reportData: [{ ...password, variableAttribute: [{ value: 'secret-2' }] }],
      }),
      frame(1, 'out', 2, 'b', 'SetVariables', set),
      frame(2, 'in', 4, 'b', 'InternalError', 'cannot take secret-1', {}),
      frame(3, 'out', 2, 'c', 'GetLog', {
        log: { remoteLocation: 'https://logs.example/put?token=secret-3#secret-4' },
      }),
      frame(4, 'out', 2, 'd', 'SetNetworkProfile', {
        connectionData: {
          ocppCsmsUrl: 'wss://user:secret-5@csms.example/ocpp',
          vpn: { user: 'secret-6' },
          apn: { apnUserName: 'secret-7' },
        },
      }),
      frame(7, 'out', 2, 'g', 'UpdateFirmware', {
        firmware: { location: 'secret-10:secret-11@files.example/f' },
      }),
      frame(8, 'in', 2, 'h', 'NotifyReport', {
        reportData: [
          {
            component: { name: 'NetworkConfiguration' },
            variable: { name: 'OcppCsmsUrl' },
            variableAttribute: [{ value: '//secret-12@csms.example/ocpp' }],
          },
        ],
      }),
      frame(9, 'in', 2, 'i', 'NotifyEvent', {
        eventData: [
          {
            timestamp: '2026-01-05T18:00:00Z',
            actualValue: 'user:secret-13@csms.example',
            variable: { name: 'OcppCsmsUrl' },
          },
        ],
      }),
      frame(5, 'in', 2, 'e', 'DataTransfer', 'secret-8'),
      frame(6, 'in', 2, 'f', 'DataTransfer', ['secret-9']),
    ]),
  )
  expect(text).not.toContain('secret-')
  const places = ['https://logs.example/put', 'wss://csms.example/ocpp', '"files.example/f"']
  for (const word of ['InternalError', '2026-01-05T18:00:00Z', ...places])
    expect(text).toContain(word)
})

test('what is read stays as it was while much more comes', () => {
  const limits = { entriesMax: 1_500, bytesMax: 1e9, frameCharsMax: 10, ageMillisMax: 1e9 } as never
  const history = createHistory(
    clock(() => 0),
    limits,
  )
  const fill = (from: number, count: number): void => {
    for (let at = from; at < from + count; at += 1)
      history.add({ stationId: id, direction: 'in', text: String(at) })
  }
  fill(0, 1_500)
  const reading = history.entries()[Symbol.iterator]()
  expect(reading.next().value).toMatchObject({ number: 0, text: '0' })
  fill(1_500, 6_000)
  const rest = Array.from({ [Symbol.iterator]: () => reading } as Iterable<Entry>)
  expect(rest.every(({ number, text }) => text === String(number))).toBe(true)
  // And what nobody reads any more is used again, without a trace of what it held.
  fill(7_500, 6_000)
  const now = [...history.entries()]
  expect(now.map(({ number }) => number)).toEqual(
    Array.from({ length: 1_500 }, (_, at) => 12_000 + at),
  )
  expect(now.every(({ number, text }) => text === String(number))).toBe(true)
})
