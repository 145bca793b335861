import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Chromium's program: `CHROMIUM` if set, else where Debian and others put it. */
export const findChromium = (): string | undefined =>
  [process.env['CHROMIUM'], ...places].find((each) => each !== undefined && existsSync(each))

/** Why browser tests are skipped on this machine; undefined when they run. */
export const noChromium = (): string | undefined =>
  findChromium() === undefined
    ? 'Chromium is not installed (apt-get install chromium, or set CHROMIUM)'
    : undefined

/** @throws Error when there is no Chromium; ask {@link noChromium} first. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(noChromium())
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
