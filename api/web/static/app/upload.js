// One file to the server in small parts that a broken connection cannot undo: the tus protocol, 1.0.0.

export const UPLOADS = "/api/v1/uploads";
const LEAST = 32 * 1024, MOST = 1024 * 1024; // bytes of a part: what a break may cost, and what shows that it moves
const SHORT = 2_000, LONG = 8_000; // milliseconds of a part after which the next one is twice as large, or half
const PATIENCE = 120_000; // milliseconds for one part
const TUS = { "Tus-Resumable": "1.0.0" };

/** A network that breaks, a server that is away or busy: the same again, later. */
export class AwayError extends Error {
  constructor(message, { answered = false, seconds = 0 } = {}) {
    super(message);
    Object.assign(this, { answered, seconds }); // that the server asks to wait
  }
}

/** fetch that says AwayError for all that another try may mend. */
export async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), ...options });
  } catch (error) {
    throw new AwayError(String(error));
  }
  if (answer.status === 429 || answer.status >= 500) {
    throw new AwayError(String(answer.status), { answered: true, seconds: Number(answer.headers.get("Retry-After")) || 0 });
  }
  return answer;
}

/**
 * Sends what is missing of a blob and resolves with the upload's id; `known` is the id of an earlier try, `noted` is
 * called with a new id before any byte goes, `moved` with the bytes that are there. RefusedError keeps the answer.
 */
export async function upload(blob, { known = null, noted, moved }) {
  let place = known && (await offset(known));
  let id = known;
  if (place === null) {
    id = await create(blob.size);
    await noted(id);
    place = 0;
  }
  moved(place);
  for (let size = 2 * LEAST; place < blob.size;) {
    const begun = performance.now();
    place = await part(id, blob, place, size);
    const took = performance.now() - begun;
    size = took < SHORT ? Math.min(size * 2, MOST) : took > LONG ? Math.max(size / 2, LEAST) : size;
    moved(place);
  }
  return id;
}

export class RefusedError extends Error {
  constructor(status, told) {
    super(told?.detail ?? String(status));
    Object.assign(this, { status, told });
  }
}

/** What an answer says, null where that is no JSON; half an answer is a network that broke. */
export async function words(answer) {
  try {
    return await answer.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw new AwayError(String(error));
  }
}

/** The refusal in an answer of ours; what somebody between said, such as a portal's page, is asked again.
 *  A success that lacks what it must have was cut off: browsers take half of an answer's head for the whole. */
export async function refusal(answer) {
  const ours = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
  const told = ours ? await words(answer) : null;
  const final = told && answer.status >= 400 && answer.status < 500;
  return final ? new RefusedError(answer.status, told) : new AwayError(String(answer.status), { answered: !answer.ok });
}

async function create(size) {
  const answer = await ask(UPLOADS, { method: "POST", headers: { ...TUS, "Upload-Length": String(size) } });
  const id = answer.headers.get("Location")?.split("/").pop();
  if (answer.status !== 201 || !id) throw await refusal(answer);
  return id;
}

/** How many bytes are there; null where the server no longer knows the upload. */
async function offset(id) {
  const answer = await ask(`${UPLOADS}/${id}`, { method: "HEAD", headers: TUS, cache: "no-store" });
  return answer.status === 404 ? null : there(answer);
}

/** The offset that an answer tells. */
async function there(answer) {
  const told = answer.headers.get("Upload-Offset");
  if (!answer.ok || told === null) throw await refusal(answer);
  return Number(told);
}

async function part(id, blob, place, size) {
  const answer = await ask(`${UPLOADS}/${id}`, {
    method: "PATCH",
    headers: { ...TUS, "Upload-Offset": String(place), "Content-Type": "application/offset+octet-stream" },
    body: blob.slice(place, place + size),
  });
  // A conflict: an earlier try got further than its answer. Gone: it is begun anew the next time.
  if (answer.status !== 409 && answer.status !== 404) return there(answer);
  const found = await offset(id);
  if (found === null) throw new AwayError("gone");
  return found;
}
