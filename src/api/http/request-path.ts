/** The path of a request, without its query: what may be logged and told. */
export function pathOf({ url }: { readonly url: string }): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
