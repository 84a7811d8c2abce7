// What this browser remembers: no password, no message that was sent. Where it may remember nothing,
// the page works all the same.

/**
 * @typedef {object} Kept
 * @property {string} nick
 * @property {string} account  that we were logged in to
 * @property {string} theme  "light", "dark", or "" for the system's
 * @property {string} language  "en", "vi", or "" for the browser's
 * @property {boolean} notify
 * @property {string[]} rooms  that we are in
 * @property {string[]} muted  rooms, folded
 * @property {Record<string, string>} drafts  by room's name
 * @property {Unsent[]} unsent
 */
/** @typedef {{room: string, text: string, action: boolean, replyTo: string, at: number, doubtful: boolean}} Unsent */

const NAME = "gchat";

/** @type {Kept} */
const NOTHING = {
  nick: "",
  account: "",
  theme: "",
  language: "",
  notify: true,
  rooms: [],
  muted: [],
  drafts: {},
  unsent: [],
};

/** @returns {Kept} */
export function load() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    /** @type {any} */
    const kept = { ...NOTHING };
    for (const [name, value] of Object.entries(NOTHING))
      if (typeof found[name] === typeof value && Array.isArray(found[name]) === Array.isArray(value))
        kept[name] = found[name];
    return kept;
  } catch {
    return { ...NOTHING };
  }
}

/** @param {Kept} kept */
export function save(kept) {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // full, or not allowed
  }
}
