/** A client of streams of events that reads what comes, and nothing more. */
import { once } from 'node:events'
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'

interface Stream {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Resolves with all that came, once it has this in it or the answer has ended. */
  until(part: string): Promise<string>
  /** Resolves with all that came, once the answer has ended, in order or not. */
  readonly all: Promise<string>
  /** Goes away without a word. */
  leave(): void
}

export async function follow(address: string, headers: Readonly<Record<string, string>>): Promise<Stream> {
  const request = get(address, { headers, agent: false })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  let isOver = false
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  answer.on('error', () => undefined)
  request.on('error', () => undefined)
  const all = new Promise<string>((resolve) => {
    answer.once('close', () => {
      isOver = true
      resolve(text)
    })
  })
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    async until(part) {
      while (!text.includes(part) && !isOver)
        await Promise.race([new Promise((resolve) => void answer.once('data', resolve)), all])
      return text
    },
    all,
    leave: () => void request.destroy(),
  }
}

/** The states that were told, each with the id of its event. */
export function statesOf(text: string) {
  return [...text.matchAll(/^id: (\w{32})\nevent: state\ndata: (.+)$/gm)].map(([, id, data = '']) => ({
    id,
    said: JSON.parse(data),
  }))
}
