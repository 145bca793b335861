import { hidden, isSecretVariable, withoutCredentials } from '../core/secret-variables.ts'

/** Names of members that never leave the history as they are, whatever message they stand in. */
const secretNames = new Set([
  'password',
  'apnpassword',
  'apnusername',
  'user',
  'key',
  'simpin',
  'csr',
  'certificate',
  'certificatechain',
  'signingcertificate',
  'exirequest',
  'exiresponse',
  'mac',
  'customeridentifier',
  'techinfo',
])

/** Messages whose `data` is free: nobody but the two ends knows what stands in it. */
const freeData = new Set(['NotifyCustomerInformation', 'DataTransfer'])

/**
 * A payload without passwords, whole tokens, certificates, names of customers and what is free for a
 * vendor to fill (`data`, `customData`, `techInfo`), and URLs without user and query. Of a token its last four characters stay, so that
 * one can be told from another.
 */
export function redacted(action: string, payload: unknown): unknown {
  // What is no payload may say anything.
  if (typeof payload !== 'object' || Array.isArray(payload)) return hidden
  return hide(payload, action)
}

/**
 * The words of a CALLERROR. They may repeat what was sent, so they are kept only where nothing of that had to be
 * hidden.
 */
export const redactedWords = (request: unknown, description: unknown): unknown =>
  /\[hidden\]|"…/.test(JSON.stringify(request ?? null)) ? hidden : description

function hide(value: unknown, action: string): unknown {
  if (Array.isArray(value)) return value.map((each) => hide(each, action))
  if (typeof value === 'string') return withoutCredentials(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, member(name, each, value, action)]),
  )
}

function member(name: string, value: unknown, of: object, action: string): unknown {
  const lower = name.toLowerCase()
  if (secretNames.has(lower)) return hidden
  if (lower === 'idtoken' && typeof value === 'string') return shortened(value)
  if (lower === 'additionalidtoken' && typeof value === 'string') return shortened(value)
  if ((lower === 'attributevalue' || lower === 'actualvalue') && isSecretIn(of)) return hidden
  if (lower === 'data' && freeData.has(action)) return hidden
  if (lower === 'customdata') return onlyVendor(value)
  if (lower === 'variableattribute' && isSecretIn(of)) return hidden
  return hide(value, action)
}

const shortened = (token: string): string => (token.length <= 4 ? hidden : `…${token.slice(-4)}`)

function onlyVendor(value: unknown): unknown {
  const { vendorId } = (value ?? {}) as { vendorId?: unknown }
  return { vendorId: typeof vendorId === 'string' ? vendorId : null, data: hidden }
}

function isSecretIn(of: object): boolean {
  const { variable } = of as { variable?: unknown }
  return isNamed(variable) && isSecretVariable(variable)
}
const isNamed = (value: unknown): value is { name: string } =>
  typeof (value as { name?: unknown } | null)?.name === 'string'
