// What the core tells. `room` is a room's name or, for a conversation with one person, their nickname.
// `at` is in seconds since 1970 as the server says, `null` where it does not say. The names and fields
// are those of the desktop client's core: both pass tests/vectors.

/**
 * @typedef {{type: "Said", room: string, nick: string, text: string, kind: Kind, own: boolean,
 *   at: number | null, msgid: string, reply_to: string, label: string}} Said
 * @typedef {"MESSAGE" | "ACTION" | "NOTICE"} Kind
 * @typedef {{type: "Reacted", room: string, nick: string, msgid: string, reaction: string,
 *   adding: boolean}} Reacted
 * @typedef {{type: "Redacted", room: string, nick: string, msgid: string}} Redacted
 * @typedef {Said | Reacted | Redacted} Past
 * @typedef {{type: "History", room: string, lines: Past[], missed: boolean, older: boolean,
 *   more: boolean, oldest: string}} History
 * @typedef {Past | History
 *   | {type: "Registered", nick: string}
 *   | {type: "NickRefused", nick: string, reason: string}
 *   | {type: "PasswordRefused", reason: string}
 *   | {type: "NickChanged", old: string, new: string, own: boolean}
 *   | {type: "Joined", room: string, nick: string, own: boolean, at: number | null}
 *   | {type: "Left", room: string, nick: string, reason: string, own: boolean, by: string,
 *       at: number | null}
 *   | {type: "Quit", nick: string, reason: string, at: number | null}
 *   | {type: "RankChanged", room: string, nick: string, prefix: string, adding: boolean}
 *   | {type: "ModesChanged", room: string, by: string, modes: string}
 *   | {type: "Members", room: string, members: [string, string][]}
 *   | {type: "TopicChanged", room: string, text: string, by: string}
 *   | {type: "Sending", room: string, text: string, kind: Kind, label: string, reply_to: string}
 *   | {type: "NotSent", label: string, reason: string}
 *   | {type: "Typing", room: string, nick: string, active: boolean}
 *   | {type: "ReadUpTo", room: string, at: number}
 *   | {type: "Away", nick: string, text: string | null}
 *   | {type: "RoomListed", name: string, members: number, topic: string}
 *   | {type: "RoomsListed"}
 *   | {type: "Found", lines: Said[]}
 *   | {type: "LoggedIn", account: string}
 *   | {type: "LoginFailed", reason: string}
 *   | {type: "AccountMade", account: string}
 *   | {type: "AccountFailed", reason: string}
 *   | {type: "Invited", room: string, nick: string}
 *   | {type: "RoomRenamed", old: string, new: string}
 *   | {type: "ServerText", text: string, error: boolean, room: string}
 *   | {type: "FileHost", address: string}
 *   | {type: "FileToken", token: string}
 *   | {type: "FileRefused", reason: string}
 *   | {type: "Latency", seconds: number}
 *   | {type: "Closed", reason: string}} CoreEvent
 */
export {};
