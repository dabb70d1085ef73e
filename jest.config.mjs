// Tests run on the sources: types are stripped, nothing is bundled. `tsc` judges the types.
export default {
  roots: ['<rootDir>/test', '<rootDir>/engine/src'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          // Imports are kept and dropped exactly as Node does it.
          transform: { verbatimModuleSyntax: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // Calls are told with real sockets and real audio, on fast clocks; a slow machine needs the room.
  testTimeout: 30_000,
  maxWorkers: 2,
  watchman: false,
};
