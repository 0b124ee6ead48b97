/** How the portal is built: one shell and a piece for each page, under /portal, with nothing written into the markup. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/portal/',
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'parts',
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // A directive of packages for servers that render; nothing is rendered here.
      onLog: (level, log, say) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') say(level, log)
      },
    },
  },
  logLevel: 'warn',
})
