/** Variables whose value is a secret, lower case; never stored, shown or logged. */
const secrets = new Set(['securityctrlr/basicauthpassword'])

export const isSecretVariable = (
  component: { readonly name: string },
  variable: { readonly name: string },
): boolean => secrets.has(`${component.name}/${variable.name}`.toLowerCase())

/** What stands in place of a secret. */
export const hidden = '[hidden]'

/** A URL may carry a user, a password, or a token in its query; where it leads stays. */
export const withoutCredentials = (text: string): string =>
  text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#]*)([^?#]*)(.*)$/is,
    (_, scheme: string, host: string, path: string, rest: string) =>
      `${scheme}${host}${path}${rest === '' ? '' : `?${hidden}`}`,
  )
