/** Decodes bytes by the charset of their header, of an HTML `<meta>` in the first kilobyte, or as UTF-8. */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const start = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1');
  const label = charset ?? /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(start)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // An unknown label: the bytes are most likely UTF-8 all the same.
    return new TextDecoder().decode(bytes);
  }
}
