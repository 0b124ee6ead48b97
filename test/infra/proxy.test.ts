/** The reverse proxies: each passes the dry run of its own program, and does what a node behind it counts on. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { productionLimits } from '../../services/gateway/limit-settings.ts'
import { routes } from '../../services/gateway/routes.ts'
import { type Name, names, placed, programs } from './proxies.ts'
import { said, textOf, withTool } from './tools.ts'

/** Without what is only said of it. */
const commandsOf = (text: string) => text.replaceAll(/^\s*#.*$/gm, '')

/** Where one thing stands in each: a pattern whose first group, if any, is a number in the unit of the limit. */
interface Rule {
  readonly fault: string
  readonly at: Readonly<Record<Name, RegExp | null>>
  /** Null where the pattern being there is all. */
  readonly holds?: (value: number) => boolean
}

const waitSeconds = productionLimits.queryWaitSeconds + 30
const { keepAliveSeconds, headersSeconds, socketsPerAddress, requestsPerSocket } = productionLimits

const rules: readonly Rule[] = [
  {
    fault: 'TLS of 1.2 at least',
    at: {
      'nginx.conf': /ssl_protocols TLSv1\.2 TLSv1\.3;/,
      // Caddy has no other.
      Caddyfile: /tls \/etc/,
      'apache.conf': /SSLProtocol -all \+TLSv1\.2 \+TLSv1\.3/,
      'haproxy.cfg': /ssl-min-ver TLSv1\.2/,
    },
  },
  {
    fault: 'the address of the visitor is written anew',
    at: {
      'nginx.conf': /proxy_set_header X-Forwarded-For \$remote_addr;/,
      // Caddy does so by itself for whom it does not trust, which is everybody.
      Caddyfile: /^(?![\s\S]*trusted_proxies)[\s\S]*reverse_proxy/,
      'apache.conf': /ProxyAddHeaders Off[\s\S]*RequestHeader set X-Forwarded-For "expr=%\{REMOTE_ADDR\}"/,
      'haproxy.cfg': /http-request set-header X-Forwarded-For %\[src\]/,
    },
  },
  {
    fault: 'a query may wait and run',
    at: {
      'nginx.conf': /proxy_read_timeout (\d+)s;/,
      Caddyfile: /response_header_timeout (\d+)s/,
      'apache.conf': /ProxyPass "\/" .*\btimeout=(\d+)/,
      'haproxy.cfg': /timeout server (\d+)s/,
    },
    holds: (seconds) => seconds > waitSeconds,
  },
  {
    fault: 'connections end here before they end at the node',
    at: {
      'nginx.conf': /upstream node \{[^}]*keepalive_timeout (\d+)s;/,
      Caddyfile: /keepalive (\d+)s/,
      'apache.conf': /ProxyPass "\/" .*\bttl=(\d+)/,
      'haproxy.cfg': /pool-purge-delay (\d+)s/,
    },
    holds: (seconds) => seconds < keepAliveSeconds,
  },
  {
    fault: 'a connection serves no more than the node lets it',
    at: {
      'nginx.conf': /upstream node \{[^}]*keepalive_requests (\d+);/,
      Caddyfile: null,
      'apache.conf': null,
      'haproxy.cfg': null,
    },
    holds: (requests) => requests < requestsPerSocket,
  },
  {
    fault: 'headers come in time',
    at: {
      'nginx.conf': /client_header_timeout (\d+)s;/,
      Caddyfile: /read_header (\d+)s/,
      'apache.conf': /RequestReadTimeout header=(\d+)/,
      'haproxy.cfg': /timeout http-request (\d+)s/,
    },
    holds: (seconds) => seconds === headersSeconds,
  },
  {
    fault: 'a file of 2 GiB passes',
    at: {
      'nginx.conf': /location ~ [^{]+\{\s*client_max_body_size (\d+)m;/,
      Caddyfile: /handle @files \{\s*request_body \{\s*max_size (\d+)MiB/,
      'apache.conf': /<LocationMatch [^>]+>\s*LimitRequestBody (\d+)\d{6}\s/,
      'haproxy.cfg': /if files \{ req\.hdr\(content-length\) -m int gt (\d+)\d{6} \}/,
    },
    holds: (mebibytes) => mebibytes >= 2048 && mebibytes < 2300,
  },
  {
    fault: 'connections of one address are counted',
    at: {
      'nginx.conf': /limit_conn addresses (\d+);/,
      Caddyfile: null,
      'apache.conf': null,
      'haproxy.cfg': /sc0_conn_cur gt (\d+)/,
    },
    holds: (sockets) => sockets === socketsPerAddress,
  },
  {
    fault: 'nothing is kept until its end',
    at: {
      'nginx.conf': /proxy_buffering off;\s*proxy_request_buffering off;/,
      Caddyfile: /flush_interval -1/,
      'apache.conf': /flushpackets=on/,
      'haproxy.cfg': /no option http-buffer-request/,
    },
  },
  {
    fault: 'a log without query strings',
    at: {
      'nginx.conf': /log_format huisclos '(?![^']*\$(request|request_uri|args|http_referer)\b)[^']*\$uri/,
      Caddyfile: /request>uri regexp \\\?\.\* ""/,
      'apache.conf': /LogFormat "(?![^"]*%r)[^"]*%U/,
      'haproxy.cfg': /log-format "(?![^"]*%(r|HU|HQ)\b)[^"]*%HPO/,
    },
  },
  {
    fault: 'figures for the house alone',
    at: {
      'nginx.conf': /location = \/metrics \{\s*return 404;/,
      Caddyfile: /handle \/metrics \{\s*respond 404/,
      'apache.conf': /<Location "\/metrics">\s*Require all denied/,
      'haproxy.cfg': /deny_status 404 if \{ path \/metrics \}/,
    },
  },
]

function faultsOf(name: Name, text: string): string[] {
  const commands = commandsOf(text)
  const broken = rules.flatMap(({ fault, at, holds }) => {
    const pattern = at[name]
    if (pattern === null) return []
    const found = pattern.exec(commands)
    const isHeld = found !== null && (holds === undefined || holds(Number(found[1])))
    return isHeld ? [] : [fault]
  })
  // The node says it; twice is once too many.
  return /Strict-Transport-Security/i.test(commands) ? [...broken, 'a header of the node'] : broken
}

describe('a reverse proxy', () => {
  test.each(names)('by %s is what a node behind it counts on', (name) => {
    expect(faultsOf(name, textOf(`proxy/${name}`))).toEqual([])
  })

  const changes: readonly (readonly [string, Name, string, string])[] = [
    [
      'a header of the node',
      'nginx.conf',
      'server_tokens',
      'add_header Strict-Transport-Security x;\nserver_tokens',
    ],
    [
      'the address of the visitor is written anew',
      'nginx.conf',
      '$remote_addr;',
      '$proxy_add_x_forwarded_for;',
    ],
    [
      'the address of the visitor is written anew',
      'Caddyfile',
      'idle 15s',
      'idle 15s\n}\ntrusted_proxies x {',
    ],
    ['a log without query strings', 'nginx.conf', '$uri', '$request_uri'],
    ['a log without query strings', 'apache.conf', '%U', '%r'],
    ['a query may wait and run', 'haproxy.cfg', 'timeout server 200s', 'timeout server 60s'],
    ['connections end here before they end at the node', 'apache.conf', 'ttl=10', 'ttl=60'],
    ['a file of 2 GiB passes', 'Caddyfile', '2100MiB', '100MiB'],
    [
      'nothing is kept until its end',
      'nginx.conf',
      'proxy_request_buffering off',
      'proxy_request_buffering on',
    ],
    ['figures for the house alone', 'haproxy.cfg', '{ path /metrics }\n  default', '{ path /m }\n  default'],
  ]
  test.each(changes)('without “%s” is reported (%s)', (fault, name, ...[from, to]) => {
    const commands = commandsOf(textOf(`proxy/${name}`))
    expect(commands).toContain(from)
    expect(faultsOf(name, commands.replace(from, to))).toEqual([fault])
  })

  test('takes files where the node takes them, and nowhere else', () => {
    const [, source = ''] = /location ~ (\S+)/.exec(textOf('proxy/nginx.conf')) ?? []
    for (const name of names) expect(textOf(`proxy/${name}`)).toContain(source)
    const files = new RegExp(source)
    const asPath = (path: string) => path.replaceAll(/\{\w+\}/g, 'x')
    const isOfFiles = (types: readonly string[]) => !types.includes('application/x-www-form-urlencoded')
    const taken = routes.filter(({ stream }) => stream !== undefined && isOfFiles(stream))
    expect(taken.length).toBeGreaterThan(2)
    for (const { path } of taken) expect(asPath(path)).toMatch(files)
    const others = routes.filter(({ path, stream }) => !stream && files.test(asPath(path)))
    // What begins and lists an upload is on the same path as its pieces, and a file of a release is read where it is sent.
    expect(others.filter(({ path }) => !/\/(uploads|attachments|releases)/.test(path))).toEqual([])
  })
})

describe('the program of a proxy', () => {
  for (const name of names) {
    const { tool, check } = programs[name]
    withTool(tool, `${tool} takes ${name}, and not a broken one`, async (program) => {
      const place = await placed(name, program)
      if (place === null) return
      const run = () => said(program, check(place))
      const ours = await run()
      expect([ours.status, ours.text]).toEqual([0, expect.any(String)])
      writeFileSync(place.path, `${readFileSync(place.path, 'utf8')}\nnonsense { of nobody\n`)
      expect((await run()).status).not.toBe(0)
    })
  }
})
