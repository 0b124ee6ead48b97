#!/usr/bin/env node
// The command line is TypeScript that runs as it was reviewed: Node 20 and 22 read it through tsx.
import { register } from 'tsx/esm/api'

register()
await import('../services/cli.ts')
