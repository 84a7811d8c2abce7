// SCRAM-SHA-256 (RFC 5802, RFC 7677): proves that we know a password without sending it, and that the
// server knows it too. Keys are derived beside, by WebCrypto; nothing here sends or waits for lines.

const LEAST = 4096; // iterations, RFC 7677, section 4
const MOST = 10_000_000; // a server must not keep us busy for hours
const NONCE_BYTES = 18;
// RFC 4013, section 2.1: what is mapped to nothing, and to a space
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is one by itself
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/g;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

const encoder = new TextEncoder();

/** The server has not proved that it knows the password, or speaks another protocol. */
export class ScramError extends Error {}

/** @param {Uint8Array} bytes */
const encode = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} text */
const decode = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export class Scram {
  #bare;
  #nonce;
  #password;
  #expected = ""; // what proves the server

  /**
   * @param {string} account
   * @param {string} password
   * @param {string} [nonce]  for tests
   */
  constructor(account, password, nonce = encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))) {
    this.#nonce = nonce;
    this.#password = password.replace(NOTHING, "").replace(SPACES, " ").normalize("NFKC");
    this.#bare = `n=${account.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
  }

  /** The first message. */
  get first() {
    return `n,,${this.#bare}`;
  }

  /**
   * The second message, to the server's first one. Throws ScramError.
   * @param {string} challenge
   */
  async final(challenge) {
    const found = /^r=([^,]+),s=([A-Za-z0-9+/]+=*),i=(\d{1,9})$/.exec(challenge);
    const [, nonce = "", salt = "", count = ""] = found ?? [];
    const iterations = Number(count);
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || iterations < LEAST || iterations > MOST)
      throw new ScramError("The server's challenge is not valid.");
    const raw = encoder.encode(this.#password);
    const base = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: decode(salt), iterations };
    const salted = new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
    const key = await hmac(salted, "Client Key");
    const stored = new Uint8Array(await crypto.subtle.digest("SHA-256", key));
    const unproved = `c=biws,r=${nonce}`;
    const all = `${this.#bare},${challenge},${unproved}`;
    const signature = await hmac(stored, all);
    this.#expected = `v=${encode(await hmac(await hmac(salted, "Server Key"), all))}`;
    return `${unproved},p=${encode(key.map((byte, at) => byte ^ (signature[at] ?? 0)))}`;
  }

  /**
   * Whether the server has proved that it knows the password.
   * @param {string} message  its last one
   */
  isProof(message) {
    return this.#expected !== "" && message === this.#expected;
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {string} text
 */
async function hmac(key, text) {
  const how = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}
