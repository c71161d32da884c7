// Where there is no data at all: the report as one short message that the phone sends by itself.
import { config } from "./page.js";
import { known } from "./search.js";
import { compose, link } from "./sms.js";

/** An sms: address for a draft; null where this installation takes no messages or the browser cannot make one. */
export async function smsLink({ id, values }) {
  const { number, tokens } = config.sms ?? {};
  if (!number || !crypto.subtle) return null;
  // A commune by name stands for a place inside it.
  const where = values.commune ? (await known()).find(({ code, level }) => level === "commune" && code === values.commune) : values;
  if (!where) return null;
  const words = [values.landmark, values.content].filter(Boolean).join(". ");
  const token = tokens[values.category] ?? values.category;
  return link(number, await compose({ key: id, token, lon: Number(where.lon), lat: Number(where.lat), words }));
}
