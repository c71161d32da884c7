// The phone's own position.

const OPTIONS = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 };

/** Degrees and metres of accuracy; throws "denied" or "unlocatable". */
export function position() {
  return new Promise((found, failed) => {
    if (!navigator.geolocation) return failed(new Error("unlocatable"));
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lon: coords.longitude, lat: coords.latitude, metres: coords.accuracy }),
      (error) => failed(new Error(error.code === error.PERMISSION_DENIED ? "denied" : "unlocatable")),
      OPTIONS,
    );
  });
}

/** Whether the position was allowed before, so that asking for it disturbs nobody. */
export async function allowed() {
  const known = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  return known?.state === "granted";
}
