/** The examples of infra/proxy in a place where their paths and ports are true, and how their programs take them. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '../production/certificate.ts'
import { textOf } from './tools.ts'

export const names = ['nginx.conf', 'Caddyfile', 'apache.conf', 'haproxy.cfg'] as const
export type Name = (typeof names)[number]

export interface Ports {
  readonly plain: number
  readonly secure: number
  readonly metrics: number
  readonly node: number
}

export interface Place {
  readonly folder: string
  /** The example itself. */
  readonly path: string
  /** What its program is given: the example, or a file that includes it as a distribution does. */
  readonly whole: string
  readonly certificate: string
}

/** Null where this machine makes no certificate. `ports` in the place of those of the example. */
export async function placed(name: Name, program: string, ports?: Ports): Promise<Place | null> {
  const folder = mkdtempSync(join(tmpdir(), 'huisclos-proxy-'))
  mkdirSync(join(folder, 'tls'))
  const made = await makeCertificate(join(folder, 'tls'))
  if (made === null) return null
  const pair = readFileSync(made.certificate, 'utf8') + readFileSync(made.key, 'utf8')
  writeFileSync(join(folder, 'tls', 'tls.pem'), pair)
  const path = join(folder, name)
  const text = textOf(`proxy/${name}`)
    .replaceAll('/etc/huisclos/tls', join(folder, 'tls'))
    .replaceAll('/var/log/nginx', folder)
  writeFileSync(path, ports === undefined ? text : atPorts(text, ports))
  const whole = wholes[name]({ folder, path, program, ...(ports && { ports }) })
  return { folder, path, whole, certificate: made.certificate }
}

/** Caddy serves a name at 443 and redirects at 80 by itself: both are named for it. */
function atPorts(text: string, { plain, secure, metrics, node }: Ports): string {
  return text
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${node}`)
    .replaceAll(/(listen (\[::\]:)?|bind :|<VirtualHost \*:)80\b/g, `$1${plain}`)
    .replaceAll(/(listen (\[::\]:)?|bind :|<VirtualHost \*:)443\b/g, `$1${secure}`)
    .replaceAll('9464', String(metrics))
    .replace('\tadmin off\n', `\tadmin off\n\thttp_port ${plain}\n\thttps_port ${secure}\n`)
    .replaceAll('huisclos.example.fr', 'localhost')
}

interface Laid {
  readonly folder: string
  readonly path: string
  readonly program: string
  readonly ports?: Ports
}

const wholes: Readonly<Record<Name, (laid: Laid) => string>> = {
  'nginx.conf': ({ folder, path }) => {
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    const lines = [
      `pid ${folder}/pid;`,
      `error_log ${folder}/errors;`,
      'events {}',
      'http {',
      'access_log off;',
    ]
    return written(folder, [...lines, ...paths, `include ${path};`, '}'])
  },
  // Modules that Debian's Apache has as files of their own, and what its own configuration says.
  'apache.conf': ({ folder, path, program, ports = { plain: 80, secure: 443 } }) => {
    const modules = program.replace(/\/sbin\/apache2$/, '/lib/apache2/modules')
    const loaded =
      'mpm_event authz_core authz_host ssl socache_shmcb http2 headers proxy proxy_http reqtimeout alias'
    const lines = loaded.split(' ').map((one) => `LoadModule ${one}_module ${modules}/mod_${one}.so`)
    const own = [
      ...[
        `ServerRoot ${folder}`,
        `DefaultRuntimeDir ${folder}`,
        `PidFile ${folder}/pid`,
        'ServerName localhost',
      ],
      ...[`ErrorLog ${folder}/errors`, `Define APACHE_LOG_DIR ${folder}`, 'User nobody', 'Group nogroup'],
      ...[`Listen ${ports.plain}`, `Listen ${ports.secure}`],
    ]
    return written(folder, [...own, ...lines, `Include ${path}`])
  },
  Caddyfile: ({ path }) => path,
  'haproxy.cfg': ({ path }) => path,
}

function written(folder: string, lines: readonly string[]): string {
  const path = join(folder, 'whole.conf')
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

interface Program {
  readonly tool: string
  /** Whether it refuses itself what is too long for anything but a file. */
  readonly isBounding: boolean
  check(place: Place): readonly string[]
  /** In the foreground. */
  run(place: Place): readonly string[]
}

export const programs: Readonly<Record<Name, Program>> = {
  'nginx.conf': {
    tool: 'nginx',
    isBounding: true,
    check: ({ folder, whole }) => ['-t', '-p', folder, '-c', whole],
    run: ({ folder, whole }) => ['-p', folder, '-c', whole, '-g', 'daemon off;'],
  },
  Caddyfile: {
    tool: 'caddy',
    isBounding: true,
    check: ({ whole }) => ['validate', '--adapter', 'caddyfile', '--config', whole],
    run: ({ whole }) => ['run', '--adapter', 'caddyfile', '--config', whole],
  },
  'apache.conf': {
    tool: 'apache2',
    isBounding: false,
    check: ({ whole }) => ['-t', '-f', whole],
    run: ({ whole }) => ['-DFOREGROUND', '-f', whole],
  },
  'haproxy.cfg': {
    tool: 'haproxy',
    isBounding: true,
    check: ({ whole }) => ['-c', '-f', whole],
    run: ({ whole }) => ['-db', '-f', whole],
  },
}
