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

/** Whether what has this name is a URL, so that it is shown as one even where its scheme is missing. */
export const isUrlName = (name: string): boolean => /(?:ur[il]|location)$/i.test(name)

/** Of any text: a URL may carry a user, a password, or a token in its query; where it leads stays. */
export const withoutCredentials = (text: string): string =>
  /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text) ? shownUrl(text) : text

/** The same of what can only be a URL, with a scheme or without. */
export const shownUrl = (url: string): string =>
  url.replace(
    /^(\s*(?:[a-z][a-z0-9+.-]*:)?\/\/|)(?:[^?#]*@)?([^/?#]*)([^?#]*)(.*)$/is,
    (_, scheme: string, host: string, path: string, rest: string) =>
      // Else it is, or may be, a user and a password with a character that ends a host.
      isHost.test(host) && !(host.includes(':') && rest.includes('@'))
        ? `${scheme}${host}${path}${rest === '' ? '' : `?${hidden}`}`
        : hidden,
  )
const isHost = /^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/
