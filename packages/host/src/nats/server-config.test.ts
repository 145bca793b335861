import { eui64, roles } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { natsPermissions, natsServerConfig } from './server-config.ts'

test('a role may say to the servers what the topic table lets it publish, and ask for what it may read', () => {
  const { publish, subscribe } = natsPermissions('csms')
  expect(publish).toContain('ev.*.*.load.*')
  expect(publish).not.toContain('ev.*.*.capacity.*')
  expect(publish).toContain('$JS.API.STREAM.INFO.EV_capacity')
  expect(publish).not.toContain('$JS.API.STREAM.INFO.EV_load')
  expect(subscribe).toEqual(['_INBOX.>'])
})

test('nobody but an access point may make streams or change them, and nobody may delete or purge', () => {
  const changing = (role: (typeof roles)[number]) =>
    natsPermissions(role).publish.filter((subject) =>
      /CREATE\.EV_|UPDATE|DELETE|PURGE/.test(subject),
    )
  for (const role of roles.filter((each) => each !== 'broker'))
    expect(changing(role).filter((subject) => subject.startsWith('$JS.API.STREAM'))).toEqual([])
  expect(changing('broker').some((subject) => /STREAM\.(DELETE|PURGE)/.test(subject))).toBe(false)
})

test('whoever reads may end a reading whose name it knows, and asks for no list of names', () => {
  for (const role of roles)
    for (const subject of natsPermissions(role).publish.filter((each) => /CONSUMER/.test(each)))
      expect(subject).toMatch(/^\$JS\.API\.CONSUMER\.(CREATE|INFO|DELETE|MSG\.NEXT)\.EV_\w+\.>$/)
})

test('clients, routes and leaf nodes show certificates, and a client is whom its certificate names', () => {
  const eui = eui64('02-00-00-00-00-00-00-01')
  const config: unknown = JSON.parse(
    natsServerConfig({
      name: 'one',
      host: '127.0.0.1',
      port: 4222,
      files: { ca: 'ca.pem', certificate: 'chain.pem', key: 'key.pem' },
      users: [{ eui, role: 'broker' }],
      store: 'streams',
      cluster: { port: 6222, routes: ['127.0.0.1:6223'] },
      leafPort: 7422,
    }),
  )
  expect(config).toMatchObject({
    tls: { verify: true, verify_and_map: true },
    cluster: { tls: { verify: true }, routes: ['nats-route://127.0.0.1:6223'] },
    leafnodes: { tls: { verify: true, verify_and_map: true } },
    accounts: { EV: { users: [{ user: `urn:interlock:eui:${eui}` }] } },
  })
})
