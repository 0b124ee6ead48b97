import pino from 'pino'
import type { Log } from '../kernel/log.ts'

/** The operations log as JSON lines on standard error; redaction is a net, the rule is not to write such things. */
export function openOperationsLog(level: 'info' | 'warn'): Log {
  const logger = pino(
    { level, base: null, redact: ['token', 'authorization', 'password', 'url', 'sql'] },
    pino.destination({ dest: 2, sync: true }),
  )
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  }
}
