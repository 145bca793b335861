/** Writing XML: element by element, every text escaped. */
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const escape = (text: string): string => text.replace(/[&<>"]/g, (each) => escapes[each] ?? each)

export type Written = { readonly xml: string }

/** An element with its attributes and either text or elements inside. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...inside: readonly (Written | string | undefined)[]
): Written {
  const head = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`)
  const body = inside.map((each) => (typeof each === 'string' ? escape(each) : (each?.xml ?? '')))
  return { xml: `<${name}${head.join('')}>${body.join('')}</${name}>` }
}

export const document = (root: Written): string =>
  `<?xml version="1.0" encoding="UTF-8"?>${root.xml}`
