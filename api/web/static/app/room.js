// How much the browser lets a page keep, and whether it promises not to throw it away.

const SHARE = 0.5; // of the room that is left: a phone that is full to the last byte forgets everything
const VIDEO = 60_000_000; // bytes of video that may wait, all together

/** Whether files of so many bytes may be kept, of them `video` bytes of video beside those that wait already. */
export async function fits(bytes, video, waitingVideo) {
  if (video && video + waitingVideo > VIDEO) return false;
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  return bytes <= (quota - usage) * SHARE;
}

/** Asks the browser to keep what waits even when room gets scarce; false where it does not promise. */
export const promised = async () => (await navigator.storage?.persist?.().catch(() => false)) ?? false;
