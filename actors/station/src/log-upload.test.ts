import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { standardScene, type StandardScene } from './fixture/standard.fixture.ts'
import { until } from './fixture/until.fixture.ts'

type Upload = { readonly method: string; readonly body: string }

/** A server that keeps what it is given, and answers with `status`, or not at all. */
async function depot(status: number | undefined) {
  const uploads: Upload[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      uploads.push({ method: request.method ?? '', body })
      if (status !== undefined) response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { uploads, url: `http://127.0.0.1:${port}/logs` }
}
const ask = (to: StandardScene, remoteLocation: string, logType: string, requestId = 1, log = {}) =>
  to.csms.call('GetLog', { logType, requestId, log: { remoteLocation, ...log } })
const told = (to: StandardScene): unknown[] =>
  to.csms.sent('LogStatusNotification').map(({ status, requestId }) => [status, requestId])

test('N01: a diagnostics log is uploaded, whole, and each step is told', async () => {
  const to = await standardScene()
  const { url, uploads } = await depot(200)
  expect(await ask(to, url, 'DiagnosticsLog')).toMatchObject({
    status: 'Accepted',
    filename: 'station-1-DiagnosticsLog-1.jsonl',
  })
  await until(() => told(to).length === 2, 'the end')
  expect(told(to)).toEqual([
    ['Uploading', 1],
    ['Uploaded', 1],
  ])
  expect(uploads).toHaveLength(1)
  expect(uploads[0]?.method).toBe('PUT')
  expect(uploads[0]?.body).toContain('NetworkConfigurationPriority')
  // A secret is in no log.
  expect(uploads[0]?.body).not.toContain('sixteen or more')
})

test('A04.FR.04, N01.FR.03: the security log holds security events and nothing else', async () => {
  const to = await standardScene()
  const { url, uploads } = await depot(200)
  await ask(to, url, 'SecurityLog')
  await until(() => uploads.length === 1, 'the upload')
  const kinds = (uploads[0]?.body ?? '')
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind)
  expect(new Set(kinds)).toEqual(new Set(['SecurityEvent']))
})

test.each([
  [500, 'UploadFailure'],
  [403, 'PermissionDenied'],
  [400, 'BadMessage'],
])('N01.FR.10: an answer %s ends the upload as %s', async (status, expected) => {
  const to = await standardScene()
  const { url } = await depot(status)
  await ask(to, url, 'SecurityLog')
  await until(() => told(to).length === 2, 'the end')
  expect(told(to).at(-1)).toEqual([expected, 1])
})

test.each([
  ['ftp://127.0.0.1/x', 'NotSupportedOperation'],
  ['http://127.0.0.1:1/x', 'UploadFailure'],
  ['nonsense', 'NotSupportedOperation'],
])('N01.FR.10: %s ends as %s', async (url, expected) => {
  const to = await standardScene()
  await ask(to, url, 'DiagnosticsLog')
  await until(() => told(to).length === 2, 'the end')
  expect(told(to).at(-1)).toEqual([expected, 1])
})

test('N01.FR.05: a time about which there is no log is refused', async () => {
  const to = await standardScene()
  const { url } = await depot(200)
  const latestTimestamp = '2020-01-01T00:00:00Z'
  expect(await ask(to, url, 'SecurityLog', 1, { latestTimestamp })).toEqual({ status: 'Rejected' })
})

test('N01.FR.12, N01.FR.20: a second request takes the place of the first', async () => {
  const to = await standardScene()
  const slow = await depot(undefined)
  const { url } = await depot(200)
  await ask(to, slow.url, 'DiagnosticsLog', 1)
  await until(() => slow.uploads.length === 1, 'the first upload')
  await to.csms.call('TriggerMessage', { requestedMessage: 'LogStatusNotification' })
  await until(() => told(to).length === 2, 'the trigger')
  expect(await ask(to, url, 'DiagnosticsLog', 2)).toMatchObject({ status: 'AcceptedCanceled' })
  await until(() => told(to).length === 5, 'the end of the second')
  expect(told(to)).toEqual([
    ['Uploading', 1],
    ['Uploading', 1],
    ['AcceptedCanceled', 1],
    ['Uploading', 2],
    ['Uploaded', 2],
  ])
})
