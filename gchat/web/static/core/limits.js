// How much a server can make the page keep; as in the desktop client's core.
export const NAME_LENGTH = 200; // characters of a room's name or a nickname
export const ID_LENGTH = 200; // characters of a message's id
export const ROOMS = 500; // rooms and conversations; events of any further one are ignored
export const TYPISTS = 50; // in one room
export const LISTED = 5000; // rooms that can be joined
export const BATCHES = 50; // open at once
export const BATCH_EVENTS = 10_000; // in one of them
export const LABELS = 200; // answers that have begun and not ended
export const CAPS = 500;
export const PIECES = 1000; // lines of one message
export const MEMBERS = 100_000; // of one room

/** @param {string} text */
export function isName(text) {
  return text.length > 0 && text.length <= NAME_LENGTH && !/[ ,\x07\r\n\0]/.test(text);
}

/** @param {string} text */
export function isId(text) {
  return text.length > 0 && text.length <= ID_LENGTH && !/[\s\p{C}]/u.test(text);
}

/**
 * A number that a server tells.
 * @param {string} text
 */
export function number(text, otherwise = 0) {
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}
