import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askAtTerminal } from './ask.ts'

const terminal = () => ({ input: new PassThrough(), output: new PassThrough() })

test('the person is told what to do, and says whether it is done', async () => {
  const { input, output } = terminal()
  const said: string[] = []
  const ask = askAtTerminal((words) => said.push(words), { input, output })
  const done = ask('Plug a vehicle in')
  input.write('\n')
  expect(await done).toBe(true)
  const not = ask('Bring about a fault')
  input.write('No\n')
  expect(await not).toBe(false)
  expect(said).toEqual(['\n▶ Plug a vehicle in.', '\n▶ Bring about a fault.'])
  expect(String(output.read())).toContain('Enter when it is done')
})

test('a terminal that is closed is not taken for an answer', async () => {
  const { input, output } = terminal()
  const asked = askAtTerminal(() => {}, { input, output })('Plug a vehicle in')
  input.end()
  await expect(asked).rejects.toMatchObject({ code: 'OperatorGone' })
})
