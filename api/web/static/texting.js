// Where there is no data at all: the report as one short message that the phone sends by itself.
import { config } from "./page.js";
import { compose, link } from "./sms.js";

/** An sms: address for a draft; null where this installation takes no messages or the browser cannot make one. */
export async function smsLink({ id, values }) {
  const { number, tokens } = config.sms ?? {};
  if (!number || !crypto.subtle) return null;
  const where = values.commune ? await middle(values.commune) : values;
  if (!where) return null;
  const words = [values.landmark, values.content].filter(Boolean).join(". ");
  const token = tokens[values.category] ?? values.category;
  return link(number, await compose({ key: id, token, lon: Number(where.lon), lat: Number(where.lat), words }));
}

/** A place inside a commune, from the list of names that the phone keeps. */
async function middle(commune) {
  const answer = await fetch("/reports/new/places").catch(() => null);
  const rows = answer?.ok ? await answer.json() : [];
  const [, , lon, lat] = rows.find(([, , , , level, code]) => level === "commune" && code === commune) ?? [];
  return lon === undefined ? null : { lon, lat };
}
