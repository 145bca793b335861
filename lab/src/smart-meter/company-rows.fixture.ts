import { openPool, poolLimits } from '@interlock/store'
import type { Network } from './network.fixture.ts'

/** Rows of the data company's own database, beside the data company. */
export async function companyRows(
  { cluster }: Pick<Network, 'cluster'>,
  statement: string,
): Promise<readonly unknown[]> {
  const pool = openPool(cluster.url('dcc'), 'dcc', poolLimits)
  const client = await pool.connect()
  try {
    return (await client.query(statement, [])).rows
  } finally {
    client.release()
    await pool.end()
  }
}
