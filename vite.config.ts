import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const server = `http://localhost:${process.env['PORT'] ?? 3000}`
// Prefixes, so `/api` without its slash would be `/api.ts`, too.
const paths = ['/api/', '/socket.io', '/collab', '/yjs', '/docs', '/health', '/metrics']

/** It marks the statements that fill its table of keys as free of effects: they would be left out. */
const keepEmacsKeys: Plugin = {
  name: 'keep-emacs-keys',
  transform: {
    filter: { id: /@replit\/codemirror-emacs\// },
    handler: (code) => ({ code: code.replaceAll('/*@__PURE__*/', ''), map: null }),
  },
}

export default defineConfig({
  root: 'web',
  plugins: [react(), keepEmacsKeys],
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    rolldownOptions: {
      input: { page: 'web/index.html', worker: 'web/offline/worker.ts' },
      // Browsers know a service worker by its address, and it rules over what is beside and below it.
      output: {
        entryFileNames: ({ name }) => (name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  // `npm run dev`: the page comes from here, all else from the server. The Host stays, so that origins agree.
  server: { proxy: Object.fromEntries(paths.map((path) => [path, { target: server, ws: true }])) },
})
