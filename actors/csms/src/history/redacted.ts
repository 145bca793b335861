import { fromIso } from '@interlock/kernel'
import {
  hidden,
  isSecretVariable,
  isUrlName,
  shownUrl,
  withoutCredentials,
} from '../core/secret-variables.ts'

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
  return hide(payload, action, withoutCredentials)
}

/**
 * The words of a CALLERROR. They may repeat what was sent, so they are kept only where nothing of that had to be
 * hidden.
 */
export const redactedWords = (request: unknown, description: unknown): unknown =>
  /\[hidden\]|"…/.test(JSON.stringify(request ?? null)) ? hidden : description

/** How a text is shown that stands where no secret is expected. */
type Shown = (text: string) => string

function hide(value: unknown, action: string, shown: Shown): unknown {
  if (Array.isArray(value)) return value.map((each) => hide(each, action, shown))
  // A time stands beside the URL that an event tells.
  if (typeof value === 'string') return fromIso(value) === undefined ? shown(value) : value
  if (typeof value !== 'object' || value === null) return value
  const within = isVariable(value, isUrlVariable) ? shownUrl : shown
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, member(name, each, value, action, within)]),
  )
}

function member(name: string, value: unknown, of: object, action: string, shown: Shown): unknown {
  const lower = name.toLowerCase()
  if (secretNames.has(lower)) return hidden
  if (lower === 'idtoken' && typeof value === 'string') return shortened(value)
  if (lower === 'additionalidtoken' && typeof value === 'string') return shortened(value)
  const isSecret = isVariable(of, isSecretVariable)
  if ((lower === 'attributevalue' || lower === 'actualvalue') && isSecret) return hidden
  if (lower === 'data' && freeData.has(action)) return hidden
  if (lower === 'customdata') return onlyVendor(value)
  if (lower === 'variableattribute' && isSecret) return hidden
  return hide(value, action, isUrlName(name) ? shownUrl : shown)
}

const shortened = (token: string): string => (token.length <= 4 ? hidden : `…${token.slice(-4)}`)

function onlyVendor(value: unknown): unknown {
  const { vendorId } = (value ?? {}) as { vendorId?: unknown }
  return { vendorId: typeof vendorId === 'string' ? vendorId : null, data: hidden }
}

/** Whether an object is about one variable, and that of a kind. */
function isVariable(of: object, kind: (variable: { readonly name: string }) => boolean): boolean {
  const { variable } = of as { variable?: unknown }
  return isNamed(variable) && kind(variable)
}
const isUrlVariable = ({ name }: { readonly name: string }): boolean => isUrlName(name)
const isNamed = (value: unknown): value is { name: string } =>
  typeof (value as { name?: unknown } | null)?.name === 'string'
