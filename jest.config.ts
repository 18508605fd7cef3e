import { availableParallelism } from 'node:os'
import type { Config } from 'jest'

const shared: Config = {
  transform: {
    '\\.(ts|js)$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' } }],
  },
  // Middy is published as ES modules only, and only for `import`; jose and oauth4webapi as ES modules only.
  moduleNameMapper: { '^@middy/([a-z-]+)$': '<rootDir>/node_modules/@middy/$1/index.js' },
  transformIgnorePatterns: ['/node_modules/(?!@middy/|jose/|oauth4webapi/)'],
  testEnvironment: 'node',
  // A global is slow to look up in Jest's sandbox. A test that calculates the guesses of many passwords took five times as long.
  sandboxInjectedGlobals: ['Math'],
}

const config: Config = {
  // Jest leaves one core free, so on two cores it would run one file at a time. Tests with servers often wait for them.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testSequencer: '<rootDir>/tools/testing/servers-first.cjs',
  // To end a test that hangs, not to judge how fast a machine is.
  testTimeout: 180_000,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['<rootDir>/{client,examples,functions,lib,pages,tools}/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.(integration|e2e)\\.test\\.ts$'],
      setupFilesAfterEnv: ['<rootDir>/tools/testing/fast-setup.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/{functions,lib,tools}/**/*.integration.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/tools/testing/captured-log.ts'],
      globalSetup: '<rootDir>/tools/testing/engine-setup.ts',
      globalTeardown: '<rootDir>/tools/testing/engine-teardown.ts',
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/{client,examples,functions,lib,pages,tools}/**/*.e2e.test.ts'],
    },
  ],
}

export default config
