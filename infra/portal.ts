/** `npm run build`: the pages of the portal, for a machine whose node will find no tools of development. A start builds them by itself where it can. */
import type { Log } from '../services/kernel/log.ts'
import { openPortal } from '../services/node/portal.ts'

const tell = (message: string, fields: object = {}) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
const log: Log = { info: tell, warn: tell, error: tell }

if ((await openPortal(log)) === null) process.exitCode = 1
