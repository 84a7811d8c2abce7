// Addresses of files: which of them are pictures that this server keeps. Knows no document.

// Only what the server has looked at ends so: gchat/files/names.py.
const PICTURE =
  /^\/files\/(?:[A-Za-z0-9_-]{1,32}\.)?[A-Za-z0-9_-]{22}\/[A-Za-z0-9._-]{1,80}\.(?:png|jpe?g|gif|webp)$/;

/**
 * Where a picture is on this server; "" for any other address. The page asks nobody else for pictures.
 * @param {string} address
 * @param {string[]} origins  by which this server is reached
 */
export function pictureAt(address, origins) {
  try {
    const url = new URL(address);
    return origins.includes(url.origin) && !url.search && PICTURE.test(url.pathname) ? url.pathname : "";
  } catch {
    return "";
  }
}

/**
 * Bytes as people read them.
 * @param {number} size
 */
export function readableSize(size) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let at = 0;
  for (; size >= 1024 && at < 3; at++) size /= 1024;
  return `${size < 10 && at ? size.toFixed(1).replace(".0", "") : Math.round(size)} ${units[at]}`;
}
