// A report as a text message: for a phone that has no data and can still write one.

const MOST = 160; // letters of GSM 03.38: one message, paid once
const DECIMALS = 5; // a metre
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32
// What people type that the alphabet of text messages lacks or counts twice.
const INSTEAD = {
  "đ": "d", "Đ": "D", "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...",
  "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "~": "-",
};
const FOREIGN = /[^A-Za-z0-9 @$!"#%&'()*+,\-./:;<=>?_]/g;

/** The first 50 bits of the key's SHA-256 in ten letters: the server knows the draft by it when the rest comes. */
export async function reference(key) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
  let bits = 0n;
  for (const byte of digest.subarray(0, 7)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 6n;
  return Array.from({ length: 10 }, (_, at) => LETTERS[Number((bits >> BigInt(45 - 5 * at)) & 31n)]).join("");
}

/** The message of a draft: QN, its reference, the category's token, latitude and longitude, and as many words as fit. */
export async function compose({ key, token, lon, lat, words }) {
  const head = `QN ${await reference(key)} ${token} ${lat.toFixed(DECIMALS)},${lon.toFixed(DECIMALS)}`;
  return `${head} ${cut(bare(words), MOST - head.length - 1)}`.trimEnd();
}

/** An address that opens the phone's own messages, ready to be sent; iOS wants the "&", Android the "?". */
export const link = (number, text) => `sms:${number.replace(/[^+\d]/g, "")}?&body=${encodeURIComponent(text)}`;

function bare(text) {
  const known = text.normalize("NFD").replace(/\p{M}/gu, "").replace(/./gsu, (letter) => INSTEAD[letter] ?? letter);
  return known.replace(/\s/g, " ").replace(FOREIGN, "").replace(/ +/g, " ").trim();
}

/** Cut between two words, unless the first one alone is too long. */
function cut(text, most) {
  if (text.length <= most) return text;
  const blank = text.lastIndexOf(" ", most);
  return text.slice(0, blank > 0 ? blank : most);
}
