import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { nodeCrypto, saveIdentity, systemClock } from '@interlock/host'
import { eui64 } from '@interlock/kernel'
import { organisations } from './address-book.ts'
import type { Layout } from './layout.ts'

/**
 * Folder with the identity of the desk where the distribution operator's own people sit. Its role is `web` and its organisation
 * the operator's, so it can look and say nothing in the operator's name. Made where the street has none yet.
 */
export function feederDesk(layout: Layout): string {
  const folder = join(layout.server('web').root, 'feeder-desk')
  if (existsSync(join(folder, 'chain.pem'))) return folder
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(layout.ceremony, 'charging'), deps)
  try {
    const { keyPem, chainPem } = charging.certify({
      commonName: 'feeder-desk',
      role: 'web',
      eui: eui64('02-00-00-00-00-00-00-1D'),
      organisation: organisations.dso,
    })
    saveIdentity(folder, keyPem, chainPem)
  } finally {
    charging.close()
  }
  return folder
}
