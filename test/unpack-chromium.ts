/** Run as a process of its own by chromium.ts: unpacks the browser into TMPDIR, the only place that the package knows. */
import chromium from '@sparticuz/chromium'

await chromium.executablePath()
