import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'

type Bytes = Uint8Array<ArrayBuffer>

/** A body in each encoding that the page serves. */
export interface CompressedBody {
  readonly identity: Bytes
  readonly gzip: Bytes
  readonly br: Bytes
}

/** Compresses a body in each encoding. */
export const compressed = async (identity: Bytes): Promise<CompressedBody> => {
  const [zipped, brotli] = await Promise.all([promisify(gzip)(identity), promisify(brotliCompress)(identity)])
  return { identity, gzip: new Uint8Array(zipped), br: new Uint8Array(brotli) }
}

/** The smallest encoding of a body that `Accept-Encoding` allows. */
export const encodingFor = (accepted: string | undefined): keyof CompressedBody => {
  const names = (accepted ?? '').split(',').map((part) => part.split(';')[0]?.trim())
  if (names.includes('br')) return 'br'
  return names.includes('gzip') ? 'gzip' : 'identity'
}
