import { join } from 'node:path'
import {
  openHttpServer,
  saveIdentity,
  silentLog,
  temporaryDir,
  writeAtomic,
  type Endpoint,
} from '@interlock/host'
import { unobserved, type Role } from '@interlock/kernel'
import { onTestFinished, vi } from 'vitest'
import { testHierarchy } from '../../tools/doors/hierarchy.ts'
import { main } from './main.ts'

/** A server of that role with these doors, and the command line as one of `as` speaks to it. */
export async function served(role: Role, as: Role, endpoints: readonly Endpoint[]) {
  const hierarchy = testHierarchy('charging')
  const folder = temporaryDir('interlock-served')
  const server = await openHttpServer({
    name: role,
    listen: { host: '127.0.0.1', port: 0 },
    identity: hierarchy.certify(role),
    trust: { roots: [hierarchy.rootPem] },
    activity: unobserved,
    log: silentLog,
  })
  onTestFinished(() => server.close())
  for (const each of endpoints) server.route(each)
  const { keyPem, chainPem } = hierarchy.certify(as)
  saveIdentity(join(folder, 'own'), keyPem, chainPem)
  writeAtomic(join(folder, 'root.pem'), hierarchy.rootPem, 0o644)
  const at = `https://127.0.0.1:${await server.listen()}`
  const access = ['--at', at, '--identity', join(folder, 'own'), '--trust', `${folder}/root.pem`]
  let said = ''
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => (said += String(text)) !== '')
  onTestFinished(() => void vi.restoreAllMocks())
  return async (...args: readonly string[]) => {
    said = ''
    const code = await main([...args, ...access])
    return { code, lines: said.trimEnd().split('\n') }
  }
}
