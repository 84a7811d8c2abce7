// What the server says about itself in RPL_ISUPPORT, as far as the page needs it.
// https://modern.ircdocs.horse/#rplisupport-parameters
import { number } from "./limits.js";

/** @type {Record<string, string>} */
const RFC1459 = { "[": "{", "]": "}", "\\": "|", "~": "^" };

export class Isupport {
  network = "";
  casemapping = "rfc1459";
  unicode = false; // UTF8MAPPING=rfc8265: names are compared as PRECIS does
  chantypes = "#&";
  prefixes = "@+"; // highest first
  whox = false;
  history = 0; // messages that one CHATHISTORY brings, 0 for any number
  nickLength = 30;
  filehost = ""; // where files are sent to, draft/FILEHOST
  /** @type {Record<string, string>} */
  ranksByMode = { o: "@", v: "+" };
  withArgument = "bkeIq"; // modes with an argument, always
  whenSet = "l"; // only when they are set

  /** @param {string[]} tokens */
  update(tokens) {
    for (const token of tokens) {
      const at = token.indexOf("=");
      const name = at < 0 ? token : token.slice(0, at);
      const value = at < 0 ? "" : token.slice(at + 1);
      if (name === "NETWORK") this.network = value;
      else if (name === "CHATHISTORY") this.history = number(value);
      else if (name === "NICKLEN") this.nickLength = number(value, 30);
      else if (name === "draft/FILEHOST" && /^https?:\/\/[^\s/]+\/\S*$/.test(value)) this.filehost = value;
      else if (name === "WHOX") this.whox = true;
      else if (name === "CASEMAPPING" && value) this.casemapping = value;
      else if (name === "UTF8MAPPING") this.unicode = value === "rfc8265";
      else if (name === "CHANTYPES") this.chantypes = value;
      else if (name === "PREFIX") {
        const found = /^\(([^)]*)\)(.*)$/.exec(value);
        const modes = found?.[1] ?? "";
        this.prefixes = found?.[2] ?? "";
        this.ranksByMode = {};
        [...modes].forEach((mode, at) => {
          const prefix = this.prefixes[at];
          if (prefix) this.ranksByMode[mode] = prefix;
        });
      } else if (name === "CHANMODES" && value) {
        const kinds = value.split(",");
        this.withArgument = (kinds[0] ?? "") + (kinds[1] ?? "");
        this.whenSet = kinds[2] ?? "";
      }
    }
  }

  /**
   * What a MODE changes in ranks.
   * @param {string} modes
   * @param {string[]} args
   * @returns {{adding: boolean, prefix: string, nick: string}[]}
   */
  ranks(modes, args) {
    const found = [];
    const rest = [...args];
    let adding = true;
    for (const mode of modes) {
      const prefix = this.ranksByMode[mode];
      if (mode === "+" || mode === "-") adding = mode === "+";
      else if (prefix) {
        const nick = rest.shift();
        if (nick) found.push({ adding, prefix, nick });
      } else if (this.withArgument.includes(mode) || (adding && this.whenSet.includes(mode))) rest.shift();
    }
    return found;
  }

  /**
   * The form in which the server compares names.
   * @param {string} name
   */
  fold(name) {
    if (this.unicode) return foldName(name);
    const text = this.casemapping === "ascii" ? name : name.replace(/[[\]\\~]/g, (c) => RFC1459[c] ?? c);
    return text.replace(/[A-Z]/g, (c) => c.toLowerCase());
  }

  /** @param {string} name */
  isRoom(name) {
    return name !== "" && this.chantypes.includes(name[0] ?? " ");
  }

  /**
   * "@+Tuan" is ["@+", "Tuan"].
   * @param {string} name
   * @returns {[string, string]}
   */
  splitPrefix(name) {
    let at = 0;
    while (at < name.length && this.prefixes.includes(name[at] ?? " ")) at++;
    return [name.slice(0, at), name.slice(at)];
  }
}

/**
 * A name without case, near enough to RFC 8265 for what servers let people be called.
 * @param {string} name
 */
export function foldName(name) {
  return name.normalize("NFC").toLowerCase();
}
