import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { instant } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { chainRefusal } from './certificate-facts.ts'
import { temporaryDir } from './files.ts'

/** Certificates of another authority, with an RSA key, as OpenSSL makes them. */

const dir = temporaryDir('interlock-facts')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const openssl = (...args: string[]): void =>
  void execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' })
const pem = (name: string): string => readFileSync(join(dir, name), 'utf8')
const subject = (name: string) => ['-subj', `/O=Another/CN=${name}`, '-nodes']
openssl(
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  ...subject('Root'),
  '-keyout',
  'ca.key',
  '-out',
  'ca',
)
openssl('req', '-x509', '-newkey', 'rsa:2048', ...subject('Root'), '-keyout', 'x.key', '-out', 'x')
for (const bits of [1_024, 2_048])
  openssl('req', '-newkey', `rsa:${bits}`, ...subject('station'), '-keyout', 'k', '-out', `${bits}`)

function signed(bits: number, options: readonly string[]): string {
  writeFileSync(join(dir, 'extensions'), 'extendedKeyUsage=clientAuth\n')
  const by = ['-CA', 'ca', '-CAkey', 'ca.key', '-set_serial', '7', '-extfile', 'extensions']
  openssl('x509', '-req', '-in', `${bits}`, ...by, ...options, '-out', 'leaf')
  return pem('leaf')
}
const pss = ['-sigopt', 'rsa_padding_mode:pss']

test.each([
  ['PKCS #1 v1.5 with SHA-256', 2_048, ['-sha256'], undefined],
  ['RSASSA-PSS with SHA-256 (A00.FR.505)', 2_048, ['-sha256', ...pss], undefined],
  ['SHA-1 (A00.FR.506)', 2_048, ['-sha1'], 'Weak'],
  ['RSASSA-PSS with SHA-1', 2_048, ['-sha1', ...pss], 'Weak'],
  ['a key of 1,024 bits (A00.FR.502)', 1_024, ['-sha256'], 'Weak'],
] as const)(
  'an RSA chain with %s is believed only where it is strong',
  (_title, bits, options, expected) => {
    const at = instant(Date.now() + 60_000)
    const leaf = signed(bits, options)
    expect(chainRefusal(leaf, [pem('ca')], at)).toBe(expected)
    // Another authority of the same name signed nothing of it.
    expect(chainRefusal(leaf, [pem('x')], at)).toBe(expected ?? 'NotTrusted')
  },
)
