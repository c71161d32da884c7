// The service worker: pages without a network, the outbox in the background, and nudges of the server.
import { flush } from "./outbox.js";
import { news } from "./nudge.js";
import { kept } from "./store.js";

const PICTURES = "quangnam-pictures";
const SEEN = "quangnam-seen"; // of the home page
const MOST_PICTURES = 60;
const PATIENCE = 4_000; // milliseconds for a page; then the copy
const STALE = 3_600_000; // milliseconds after which the copies of pages are made anew
const MOMENT = 60_000; // the same where a copy was shown beside a network that answers: it may lack an alert

/**
 * Brings the worker to life with {version, pages, files, data, texts}: pages are kept in every language, without
 * anybody's cookies; files never change at their addresses; data are shown as kept and asked for anew behind.
 */
export function start(settings) {
  const name = `quangnam-${settings.version}`;
  const own = new Set([name, PICTURES, SEEN]);
  addEventListener("install", (event) => event.waitUntil(install(name, settings)));
  addEventListener("activate", (event) => event.waitUntil(activate(own)));
  addEventListener("fetch", (event) => answer(event, name, settings));
  addEventListener("message", (event) => {
    if (event.data === "fresh") event.waitUntil(renew(name, settings));
    if (event.data === "alert") event.waitUntil(renew(name, settings, MOMENT));
  });
  addEventListener("sync", (event) => event.waitUntil(send()));
  addEventListener("push", (event) => event.waitUntil(news(settings)));
  addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(show(event.notification.data.address));
  });
}

/** Throws where something still waits: then the browser asks again later. */
async function send() {
  if (await flush()) throw new Error("waiting");
}

async function install(name, settings) {
  const cache = await caches.open(name);
  await cache.addAll(settings.files);
  await pages(cache, settings);
  await Promise.all(settings.data.map((address) => cache.add(address).catch(() => {}))); // these may come later
  await skipWaiting();
}

/** Each page as somebody without any cookie sees it: on a shared phone nobody's name stays in a cache. */
async function pages(cache, { languages, pages: wanted, mark }) {
  const addresses = languages.flatMap((lang) => wanted.map((path) => `${path}?lang=${lang}`));
  const found = await Promise.all(addresses.map(async (address) => {
    const answer = await fetch(address, { credentials: "omit", cache: "no-store" });
    const text = await answer.clone().text();
    if (!answer.ok || !text.includes(mark)) throw new Error(`${address}: ${answer.status}`);
    return answer;
  }));
  await Promise.all(addresses.map((address, index) => cache.put(address, found[index])));
}

async function activate(own) {
  for (const name of await caches.keys()) if (name.startsWith("quangnam-") && !own.has(name)) await caches.delete(name);
  await clients.claim();
}

/** Not the pages of a newer program, whose files this worker does not have: the next worker brings both. */
async function renew(name, settings, stale = STALE) {
  const cache = await caches.open(name);
  const made = await cache.match(`/?lang=${settings.languages[0]}`);
  const age = Date.now() - Date.parse(made?.headers.get("Date") ?? "");
  if (age < stale) return;
  await pages(cache, settings).catch(() => {});
}

function answer(event, name, settings) {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address, name, settings));
  else if (/^\/(static|assets)\//.test(address.pathname)) event.respondWith(file(request, name));
  else if (settings.data.includes(address.pathname)) event.respondWith(datum(event, name));
  else if (/^\/media\/\w+-small\.jpg$/.test(address.pathname)) event.respondWith(picture(event));
}

async function page(request, address, name, settings) {
  // The form for somebody else's call is an officer's own, and there is no copy of it.
  const copied = settings.pages.includes(address.pathname) && !address.searchParams.has("by");
  try {
    // Where the network only dawdles the copy is there at once; but /my may know this browser's phone.
    const asked = fetch(request);
    return await (copied && address.pathname !== "/my" ? Promise.race([asked, tooLate()]) : asked);
  } catch {
    const cache = await caches.open(name);
    const lang = (await kept("lang").catch(() => null)) ?? settings.languages[0];
    const path = copied ? address.pathname : "/offline";
    return (await cache.match(`${path}?lang=${lang}`)) ?? Response.error();
  }
}

/** Not a signal to the request: that would also cut off a page that has begun to come. */
const tooLate = () => new Promise((_resolve, reject) => { setTimeout(reject, PATIENCE, new Error("slow")); });

async function file(request, name) {
  const cache = await caches.open(name);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function datum(event, name) {
  const cache = await caches.open(name);
  const copy = await cache.match(event.request, { ignoreVary: true });
  const fresh = fetch(event.request).then((found) => {
    if (found.ok) event.waitUntil(cache.put(event.request, found.clone()));
    return found;
  });
  if (!copy) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return copy;
}

/** The network first, for a picture may have been taken off the public view since; never what only insiders may see. */
async function picture(event) {
  const cache = await caches.open(PICTURES);
  try {
    const found = await fetch(event.request);
    const open = found.ok && !found.headers.get("Cache-Control")?.includes("no-store");
    event.waitUntil(open ? put(cache, event.request, found.clone()) : cache.delete(event.request));
    return found;
  } catch {
    return (await cache.match(event.request)) ?? Response.error();
  }
}

async function put(cache, request, found) {
  await cache.put(request, found);
  const keys = await cache.keys(); // in the order in which they came
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PICTURES))) await cache.delete(old);
}

async function show(address) {
  const open = await clients.matchAll({ type: "window" });
  const known = open.find((one) => new URL(one.url).pathname === new URL(address, location.origin).pathname);
  return known ? known.focus() : clients.openWindow(address);
}
