/** As much of a browser as a sign-in needs: it keeps cookies by path and follows no redirect by itself. */
export interface Browser {
  get(url: string): Promise<Response>
  post(url: string, form: Readonly<Record<string, string>>): Promise<Response>
  /** Follows redirects while they stay on this origin; returns the last answer. */
  follow(response: Response): Promise<Response>
}

interface Cookie {
  readonly path: string
  readonly value: string
}

export function openBrowser(): Browser {
  const jar = new Map<string, Cookie>()

  async function send(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url)
    const cookies = [...jar].filter(([, { path }]) => pathname.startsWith(path))
    const cookie = cookies.map(([id, { value }]) => `${id.split(' ')[0]}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie, accept: 'text/html' },
    })
    for (const line of response.headers.getSetCookie()) keep(jar, line)
    return response
  }

  const browser: Browser = {
    get: (url) => send(url, {}),
    post: (url, form) => send(url, { method: 'POST', body: new URLSearchParams(form) }),
    async follow(response) {
      const target = response.headers.get('location')
      if (target === null) return response
      const url = new URL(target, response.url)
      return url.origin === new URL(response.url).origin
        ? browser.follow(await browser.get(url.href))
        : response
    },
  }
  return browser
}

function keep(jar: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', value = ''] = pair.split('=')
  const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? '/'
  if (value === '') jar.delete(`${name} ${path}`)
  else jar.set(`${name} ${path}`, { path, value })
}
