import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** OWASP's figures for scrypt: 2^15 · 8 · 128 bytes are 32 MiB a try. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const
const keyBytes = 32

/** `scrypt$N$r$p$salt$key`, base64url: what may be kept of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt, cost)
  const { N, r, p } = cost
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Whether `hash` was made from `password`; false for what is no hash. Takes as long either way. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [name, N, r, p, salt, key] = hash.split('$')
  const settings = { ...cost, N: Number(N), r: Number(r), p: Number(p) }
  const known = Buffer.from(key ?? '', 'base64url')
  const readable =
    name === 'scrypt' && settings.N <= cost.N && settings.r === cost.r && known.length === keyBytes
  const tried = await derive(
    password,
    Buffer.from(salt ?? '', 'base64url'),
    readable ? settings : cost,
  )
  return readable && timingSafeEqual(tried, known)
}

const derive = (password: string, salt: Buffer, settings: typeof cost | object): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, settings, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
