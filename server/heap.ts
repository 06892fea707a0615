import v8 from 'node:v8'

/**
 * Garbage is collected once what is in use has tripled. By itself V8 does so all the time in a heap as small as ours,
 * and people who type wait for it. For the whole process.
 */
export const collectLess = () => v8.setFlagsFromString('--heap-growing-percent=200')
