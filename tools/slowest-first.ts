import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A whole street, a browser, or a process for each step; the slowest first. */
const slowest = [
  'cli/src/demo-once.test.ts',
  'cli/src/demo.test.ts',
  'lab/src/browser/street.test.ts',
  'actors/web/src/pages.browser.test.ts',
  'cli/src/one-by-one.test.ts',
  'cli/src/bad-input.test.ts',
  'cli/src/audit-verify.test.ts',
]

/** Begins what takes longest, so that no worker is left with it when the others have nothing to do. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = slowest.findIndex((path) => moduleId.endsWith(`/${path}`))
      return at === -1 ? slowest.length : at
    }
    const rest = await super.sort(files)
    return rest.toSorted((a, b) => place(a) - place(b))
  }
}
