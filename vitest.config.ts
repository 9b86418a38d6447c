import { defineConfig } from 'vitest/config'

/** Tiers are projects: `vitest run --project unit`. The broker of the last two is started by their global set-up. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{src,workers,pipelines,docs,scripts,fake-kafka,examples,invariants,bench,chaos}/**/*.test.ts'
          ],
          exclude: ['test/chaos/short-form.test.ts'],
          testTimeout: 30_000
        }
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/kafka/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/kafka/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/short-form.test.ts'],
          fileParallelism: false,
          // After all others: it is about time, and wants the machine for itself.
          sequence: { groupOrder: 1 }
        }
      }
    ]
  }
})
