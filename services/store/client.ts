/** Connections of their own, beside the pool. */
import pg from 'pg'

interface ClientOptions {
  /** What the server shows it as, after the name of the house. */
  readonly name: string
  /** How long connecting, and then each answer, may take, in ms. Without it, as long as they take. */
  readonly answerMs?: number
  /** Told when the connection dies between two queries; a query in hand rejects by itself. */
  readonly onError?: () => void
}

/** Not connected yet. A connection that dies is never an uncaught error. */
export function newClient(url: string, { name, answerMs, onError = () => {} }: ClientOptions): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: `huisclos ${name}`,
    ...(answerMs !== undefined && { connectionTimeoutMillis: answerMs, query_timeout: answerMs }),
  })
  client.on('error', onError)
  return client
}
