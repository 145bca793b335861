import { toHex, type Checked } from '@interlock/arm'

/** The bytes and what they say, for who wants to see them. */
export function Decoded({ shown }: { shown: { bytes: Uint8Array; checked: Checked } }) {
  const { checked, bytes } = shown
  const said = checked.ok ? checked.value : checked.preCommand
  const rows: [string, string][] =
    said === undefined
      ? []
      : [
          [
            'Message',
            said.useCase === 'ECS47a'
              ? 'ECS47a Set Auxiliary Controller State'
              : 'ECS47e Limit APC Level',
          ],
          ['From (key)', said.originator],
          ['To (home)', said.target],
          ['Counter', `${said.counter}`],
          ['Charger of the home', `${said.controller}`],
          ['Direction', said.direction === 'import' ? 'grid to car' : 'car to grid'],
          ['Ceiling', `${said.levelPercent} % of rating`],
          ['Start', new Date(said.from).toISOString()],
          ['End', new Date(said.until).toISOString()],
        ]
  return (
    <details>
      <summary>Show the bytes</summary>
      <table>
        <caption>Read by this page from the bytes below, not told by the server</caption>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="bytes">{toHex(bytes)}</p>
    </details>
  )
}
