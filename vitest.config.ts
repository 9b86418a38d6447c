import { defineConfig } from 'vitest/config'

/**
 * Tiers are projects: `vitest run --project unit`. The broker that the middle two share is started by their global set-up.
 * Groups run one after the other: what is quick fails first, and chaos, which is about time, has the machine for itself.
 * Files on Kafka wait more than they work, so two of them run at a time.
 */
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
          testTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 }
        }
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          globalSetup: ['test/kafka/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 }
        }
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/kafka/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 }
        }
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/short-form.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 3 }
        }
      }
    ]
  }
})
