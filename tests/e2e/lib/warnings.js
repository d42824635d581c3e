// Keeps what libraries print as warnings and errors, so that a test can judge it.
// Import it before @polkadot/api.

import { format } from 'node:util';

/** Every line printed by console.warn and console.error so far. */
export const warnings = [];

for (const level of ['warn', 'error']) {
  console[level] = (...args) => warnings.push(format(...args));
}
