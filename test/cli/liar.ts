/** A node that lies: it hands every call to a real one, and changes what that one answers. */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

interface Answered {
  /** With its query. */
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each lie looks at one member
  readonly body: any
}

/** The body that is handed on; the one that came, where there is nothing to lie about. A refusal without its code is an answer. */
export type Change = (answered: Answered) => object

export interface Liar {
  readonly url: string
  close(): Promise<void>
}

export async function openLiar(url: string, change: Change): Promise<Liar> {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request
    const sent = method === 'GET' ? null : JSON.stringify(await json(request))
    const given = new Headers({ authorization: headers.authorization ?? '' })
    given.set('accept-language', headers['accept-language'] ?? '')
    if (sent !== null) given.set('content-type', 'application/json')
    const answer = await fetch(url + path, { method, headers: given, body: sent })
    const told = change({ path, body: await answer.json() })
    const status = answer.ok || 'code' in told ? answer.status : 200
    response.writeHead(status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(JSON.stringify(told))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
