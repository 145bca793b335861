/** Variables whose value is a secret, lower case; never stored, shown or logged. */
const secrets = new Set(['securityctrlr/basicauthpassword'])

export const isSecretVariable = (
  component: { readonly name: string },
  variable: { readonly name: string },
): boolean => secrets.has(`${component.name}/${variable.name}`.toLowerCase())
