import { limits } from '@interlock/contract'
import { expect, test } from 'vitest'
import { headerNames, writeHeaders } from './headers.ts'
import { messages } from './messages/table.ts'
import { bodies, crypto, door, httpOf, messageNames, token } from './peers.fixture.ts'
import { pathOf, readRequest, type HttpMessage } from './read-request.ts'
import { oscpRoles } from './roles.ts'

const good = httpOf('heartbeat')
const read = (change: Partial<HttpMessage>, headers: Record<string, string | undefined> = {}) => {
  const http = { ...good, ...change, headers: { ...good.headers, ...headers } }
  return readRequest(http, door, crypto)
}

test('a message with the token, of this version, is read', () => {
  expect(read({})).toEqual({
    ok: true,
    value: { message: 'heartbeat', headers: { requestId: 'request-1' }, body: bodies.heartbeat },
  })
})

const tooLarge = { body: `"${'x'.repeat(limits.bodyBytesMax)}"` }
test.each([
  ['no token', {}, { authorization: undefined }, 'TokenMissing'],
  ['another scheme', {}, { authorization: `Bearer ${token}` }, 'TokenMissing'],
  ['another token', {}, { authorization: `Token ${token}x` }, 'TokenWrong'],
  ['another version', { path: '/oscp/fp/1.0/heartbeat' }, {}, 'VersionUnsupported'],
  ['a newer version', { path: '/oscp/fp/2.1/heartbeat' }, {}, 'VersionUnsupported'],
  ['the path of another role', { path: '/oscp/cp/2.0/heartbeat' }, {}, 'EndpointUnknown'],
  ['a name of the language', { path: '/oscp/fp/2.0/constructor' }, {}, 'EndpointUnknown'],
  ['no message', { path: '/oscp/fp/2.0/' }, {}, 'EndpointUnknown'],
  ['another method', { method: 'PUT' }, {}, 'MethodNotAllowed'],
  ['no request id', {}, { [headerNames.requestId]: undefined }, 'HeaderInvalid'],
  ['an empty request id', {}, { [headerNames.requestId]: '' }, 'HeaderInvalid'],
  ['a correlation id of lines', {}, { [headerNames.correlationId]: 'a\nb' }, 'HeaderInvalid'],
  ['half a segment', {}, { [headerNames.segmentIndex]: '1' }, 'HeaderInvalid'],
  ['too many segments', {}, segment('1', '65'), 'HeaderInvalid'],
  ['a segment past the last', {}, segment('3', '2'), 'HeaderInvalid'],
  ['a body that is too large', tooLarge, {}, 'BodyTooLarge'],
  ['a body of another message', { body: '{}' }, {}, 'BodyInvalid'],
])('%s is refused', (_what, change, headers, reason) => {
  expect(read(change, headers)).toMatchObject({ ok: false, reason })
})

function segment(index: string, count: string): Record<string, string> {
  return { [headerNames.segmentIndex]: index, [headerNames.segmentCount]: count }
}

test('without the token nothing else is told', () => {
  const blind = read({ path: '/oscp/fp/9.9/x', body: '{' }, { authorization: 'Token wrong' })
  expect(blind).toEqual({ ok: false, reason: 'TokenWrong' })
})

test('each message goes between the roles of its row and no others', () => {
  for (const message of messageNames)
    for (const us of oscpRoles)
      for (const peer of oscpRoles) {
        const http = { ...httpOf(message), path: pathOf(us, message) }
        const outcome = readRequest(http, { ...door, us, peer }, crypto)
        const permitted = messages[message].ways.includes(`${peer}>${us}`)
        expect(outcome.ok || outcome.reason, `${message} ${peer}>${us}`).toBe(
          permitted || 'RoleForbidden',
        )
      }
})

test('who takes back a registration sends no body', () => {
  const http = { ...httpOf('register'), method: 'DELETE', body: '' }
  expect(readRequest(http, door, crypto)).toMatchObject({
    ok: true,
    value: { message: 'register', change: 'remove' },
  })
})

test('headers are read as they were written', () => {
  const headers = { requestId: 'a', correlationId: 'b', segment: { index: 1, count: 3 } }
  const http = httpOf('heartbeat', bodies.heartbeat, writeHeaders(headers, token))
  expect(readRequest(http, door, crypto)).toMatchObject({ ok: true, value: { headers } })
})
