import { parseWan, wanPath, wanSubprotocol, wanVerdict } from '@interlock/contract'
import {
  nodeCrypto as crypto,
  openOcppServer,
  silentLog as log,
  systemClock,
  systemEntropy as entropy,
  type OcppSocket,
} from '@interlock/host'
import { organisation, testIdentities } from '@interlock/host/identities.fixture'
import { unobserved } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, onTestFinished, test } from 'vitest'
import { openWanLink } from './wan-link.ts'

test('an alert that is on its way when the line ends is to come later: its device waits for nothing', async () => {
  const identities = testIdentities()
  const dcc = identities.identity('smartMeter', organisation('dcc', 'dcc', 1))
  const hub = identities.identity('smartMeter', organisation('hub', 'hub', 2))
  const trust = identities.trust('smartMeter')
  const activity = unobserved
  let take = (_: OcppSocket, id: string): void => void id
  const server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    identity: dcc,
    trust,
    securityProfile: 3,
    activity,
    log,
    path: wanPath,
    subprotocols: [wanSubprotocol],
    admit: () => Promise.resolve({ ok: true }),
    accept: (socket) => socket.onMessage((text) => take(socket, parseWan(text)?.id ?? '')),
  })
  onTestFinished(() => server.close())
  // No time passes: nothing here ends because it has taken too long.
  const clock = testClock(systemClock.now())
  const link = openWanLink(
    {
      eui: hub.peer.eui,
      url: `wss://127.0.0.1:${server.port}`,
      identity: hub,
      trust,
      deliver: () => Promise.resolve({ problem: 'DeviceOffline' }),
    },
    { clock, wall: clock, activity, entropy, crypto, log },
  )
  onTestFinished(() => link.close())
  await expect.poll(() => link.connected()).toBe(true)
  const alert = () => link.alert(hub.peer.eui, Uint8Array.of(1))
  for (const verdict of ['taken', 'refused', 'later'] as const) {
    take = (socket, id) => socket.send(wanVerdict(id, verdict))
    expect(await alert()).toBe(verdict)
  }
  take = (socket) => socket.close(1001, 'going away')
  expect(await alert()).toBe('later')
  expect(link.connected()).toBe(false)
})
