// Sizes of files as people say them.
const units = ['bytes', 'KB', 'MB', 'GB']

export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0]
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024
  const digits = unit > 0 && size < 10 ? 1 : 0
  return `${size.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`
}

/** Servers say bytes, people read megabytes. */
export const readableSizes = (sentence: string) =>
  sentence.replaceAll(/(\d{4,}) bytes/g, (_, bytes: string) => sizeText(Number(bytes)))
