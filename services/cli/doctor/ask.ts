/** The one way in which the doctor asks others over HTTP: within a time, and a redirect is an answer that is not followed. */
const patienceMs = 5_000

/** Null where nothing answers in time. */
export async function ask(url: string, method: 'GET' | 'HEAD' = 'GET'): Promise<Response | null> {
  const signal = AbortSignal.timeout(patienceMs)
  return fetch(url, { method, redirect: 'manual', signal }).catch(() => null)
}
