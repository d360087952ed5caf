/** The parts of a DVC object's path. */
export interface DvcName {
  /** md5: of the bytes (DVC 3); md5-dos2unix: of text with Unix line ends (DVC 2), which has no `files/md5/` before it. */
  layout: 'md5' | 'md5-dos2unix'
  md5: string
  directory: boolean
}

/** Parses `aa` and `bbbb…[.dir]` of a path; undefined if it is not a DVC name. */
export function readDvcName(layout: DvcName['layout'], first: string, rest: string): DvcName | undefined {
  const match = /^([0-9a-f]{2})\/([0-9a-f]{30})(\.dir)?$/.exec(`${first}/${rest}`)
  return match ? { layout, md5: match[1]! + match[2]!, directory: match[3] !== undefined } : undefined
}

/** Formats the name as in metafiles. */
export const formatDvcName = (name: DvcName): string => `${name.md5}${name.directory ? '.dir' : ''}`
