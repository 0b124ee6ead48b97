/** `npm run generate`: writes the generated files. A test holds each equal to what would be written now. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openApiDocument, routes } from '../services/gateway/routes.ts'
import { openRulebook } from '../services/habilitation/rulebook.ts'
import { silentLog } from '../services/kernel/log.ts'
import { declaredMetrics } from '../services/node/metrics/figures.ts'
import { startEmbedded } from '../services/store/embedded.ts'
import { migrate } from '../services/store/migrate.ts'
import { apiTypes } from './api-types.ts'
import { authorisationPage } from './authorisation-page.ts'
import { conformityPage, measuresTable, tableFile } from './conformity.ts'
import { failuresPage } from './failures-page.ts'
import { functionsPage } from './functions-page.ts'
import { dashboardFile } from './grafana/dashboard.ts'
import { matrixPage } from './matrix-page.ts'
import { withMetrics } from './metrics-table.ts'
import { alertsFile } from './prometheus/alerts.ts'
import { sbom } from './sbom.ts'
import { tablesSource } from './tables-source.ts'
import { shapesText, treeShapes } from './tree-shapes.ts'

await writeFile(new URL('../docs/functions.md', import.meta.url), functionsPage())
await writeFile(new URL('../docs/sbom.json', import.meta.url), sbom())
await writeFile(new URL('../services/portal/api.ts', import.meta.url), apiTypes(openApiDocument('')))
await writeFile(tableFile('mr-007'), measuresTable())
await writeFile(new URL('../docs/conformity.md', import.meta.url), conformityPage('en'))
await writeFile(new URL('../docs/conformity.fr.md', import.meta.url), conformityPage('fr'))
await writeFile(new URL('../docs/failures.md', import.meta.url), failuresPage('en'))
await writeFile(new URL('../docs/failures.fr.md', import.meta.url), failuresPage('fr'))
await writeFile(new URL('grafana/huisclos.json', import.meta.url), dashboardFile())
await writeFile(new URL('prometheus/alerts.yml', import.meta.url), alertsFile())
const metrics = await declaredMetrics()
for (const [language, file] of [
  ['fr', 'operation.fr.md'],
  ['en', 'operation.md'],
] as const) {
  const page = new URL(`../docs/${file}`, import.meta.url)
  await writeFile(page, withMetrics(await readFile(page, 'utf8'), metrics, language))
}
const rules = await openRulebook(fileURLToPath(new URL('../policies', import.meta.url)), { node: 'generate' })
await writeFile(
  new URL('../docs/habilitation-matrix.md', import.meta.url),
  matrixPage(rules.vocabularies.roles),
)
await writeFile(
  new URL('../docs/authorisation-matrix.md', import.meta.url),
  authorisationPage(routes, rules.vocabularies.roles),
)
const shapes = new URL('../services/engine/tree-shapes.json', import.meta.url)
await writeFile(shapes, shapesText(await treeShapes()))

const home = await mkdtemp(join(tmpdir(), 'huisclos-generate-'))
try {
  const database = await startEmbedded({ home, log: silentLog, durable: false })
  try {
    await migrate({ url: database.url, log: silentLog })
    const target = new URL('../services/store/tables.ts', import.meta.url)
    await writeFile(target, await tablesSource(database.url))
  } finally {
    await database.close()
  }
} finally {
  await rm(home, { recursive: true, force: true })
}
