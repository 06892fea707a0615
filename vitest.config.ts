import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{protocol,db,realtime,sfu,server,web,test,scripts}/**/*.test.{ts,tsx}'],
    globalSetup: 'test/environment.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Generous, as all of these: they end what hangs, and are no measure of speed.
    expect: { poll: { timeout: 10_000 } },
  },
})
