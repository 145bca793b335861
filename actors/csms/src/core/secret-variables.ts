/** Variables whose value is a secret, of whichever component; never stored, shown or logged. */
export const isSecretVariable = (variable: { readonly name: string }): boolean =>
  /password$/i.test(variable.name)

/** The password with which the station comes to the CSMS (A01). */
export const isOwnPassword = (
  component: { readonly name: string },
  variable: { readonly name: string },
): boolean =>
  `${component.name}/${variable.name}`.toLowerCase() === 'securityctrlr/basicauthpassword'

/** What stands in place of a secret. */
export const hidden = '[hidden]'

/** A URL may carry a user, a password, or a token in its query; where it leads stays. */
export const withoutCredentials = (text: string): string =>
  text.replace(
    /^(\s*[a-z][a-z0-9+.-]*:\/\/)(?:[^?#]*@)?([^/?#]*)([^?#]*)(.*)$/is,
    (_, scheme: string, host: string, path: string, rest: string) =>
      `${scheme}${host}${path}${rest === '' ? '' : `?${hidden}`}`,
  )
