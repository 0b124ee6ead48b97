/** A line that breaks: a proxy that cuts a connection once it has carried so many bytes to the node. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingLine {
  readonly url: string
  /** Bytes that have gone to the node. */
  readonly carried: number
  readonly cuts: number
  close(): Promise<void>
}

/** Cuts after `budgets[0]` bytes of one connection, then after `budgets[1]` of another one, and never again. */
export async function openCuttingLine(node: string, budgets: readonly number[]): Promise<CuttingLine> {
  const target = new URL(node)
  const open = new Set<Socket>()
  const state = { carried: 0, cuts: 0 }
  const server = createServer((client) => {
    const onward = connect(Number(target.port), target.hostname)
    let count = 0
    for (const socket of [client, onward]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => open.delete(socket))
    }
    onward.on('close', () => client.destroy())
    // What was carried arrives: a line that breaks takes back nothing.
    client.on('close', () => onward.end())
    onward.pipe(client)
    client.on('data', (chunk) => {
      count += chunk.length
      state.carried += chunk.length
      if (!onward.write(chunk)) {
        client.pause()
        onward.once('drain', () => client.resume())
      }
      if (count <= (budgets[state.cuts] ?? Number.POSITIVE_INFINITY)) return
      state.cuts += 1
      client.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get carried() {
      return state.carried
    },
    get cuts() {
      return state.cuts
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
