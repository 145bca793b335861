import { once } from 'node:events'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { connect as connectTls, createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { createHierarchy } from './hierarchy.fixture.ts'
import { paceHandshakes, type Pace } from './paced-handshakes.ts'
import { serverTls } from './tls.ts'

const ours = createHierarchy()
const trust = { roots: ours.roots }
const handshakesMax = 2
const patient = { handshakesMax, waitingMax: 1, waitMillisMax: 60_000 }

async function pacedServer(pace: Pace = { ...patient, waitingMax: 0 }): Promise<number> {
  const server = createServer(serverTls(ours.certify('csms'), trust, false), (socket) =>
    socket.on('error', () => {}),
  )
  paceHandshakes(server, pace)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A connection on which no handshake is begun. */
function idle(port: number) {
  const socket = connectTcp(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return socket
}

async function handshake(port: number): Promise<'secure' | 'refused'> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('secure'))
    socket.once('error', () => resolve('refused'))
  })
}

test('beyond so many handshakes under way a connection is reset, and later let in', async () => {
  const port = await pacedServer()
  const waiting = [idle(port), idle(port)]
  await Promise.all(waiting.map((socket) => once(socket, 'connect')))
  expect(await handshake(port)).toBe('refused')
  for (const socket of waiting) socket.resetAndDestroy()
  const outcomes = async (): Promise<string> => handshake(port)
  await expect.poll(outcomes).toBe('secure')
})

test('a handshake that is over makes room, however it went', async () => {
  const port = await pacedServer()
  for (let i = 0; i < handshakesMax * 2; i++) expect(await handshake(port)).toBe('secure')
  for (let i = 0; i < handshakesMax * 2; i++) {
    const socket = idle(port)
    await once(socket, 'connect')
    socket.write('not TLS at all')
    await once(socket, 'close')
  }
  expect(await handshake(port)).toBe('secure')
})

test('a connection beyond waits for its turn, and one beyond the places to wait is reset', async () => {
  const port = await pacedServer(patient)
  const under = [idle(port), idle(port)]
  await Promise.all(under.map((socket) => once(socket, 'connect')))
  const waiting = handshake(port)
  // The next one is turned away only once the one before it waits.
  const outcomes = async (): Promise<string> => handshake(port)
  expect(await outcomes()).toBe('refused')
  under[0]?.resetAndDestroy()
  expect(await waiting).toBe('secure')
  expect(await outcomes()).toBe('secure')
})

test('one that has waited too long is reset, and one that gives up makes room', async () => {
  const port = await pacedServer({ ...patient, waitMillisMax: 50 })
  const under = [idle(port), idle(port)]
  await Promise.all(under.map((socket) => once(socket, 'connect')))
  expect(await handshake(port)).toBe('refused')
  const gone = idle(port)
  await once(gone, 'connect')
  gone.resetAndDestroy()
  under[0]?.resetAndDestroy()
  const outcomes = async (): Promise<string> => handshake(port)
  await expect.poll(outcomes).toBe('secure')
})
