/** Headers of every answer; there is no inline script and no other origin in any page. */
const policy = (connect: string, extra: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connect}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...extra,
  ].join('; ')

export const contentPolicies = {
  console: policy("'self'"),
  // The page that signs builds no HTML from text, so it can do without the means.
  arm: policy("'self'", ["require-trusted-types-for 'script'", "trusted-types 'none'"]),
} as const

export function securityHeaders(page: keyof typeof contentPolicies, tls: boolean) {
  return {
    'content-security-policy': contentPolicies[page],
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(tls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}
