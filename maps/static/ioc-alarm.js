"use strict";
// What is urgent and nobody has seen: told in words, and in two soft tones once somebody let this page make a sound.
quangnam.wall.part(() => {
  const { config, say, wall } = quangnam;
  const AGAIN = 12_000; // milliseconds between two rings
  const button = wall.element("sound"), bar = wall.element("alarm");
  const seen = new Set(); // codes that this screen was told to be quiet about, while they are still urgent
  let audio = null, timer = 0, unseen = [];

  function tone(hertz, after) {
    const swing = audio.createOscillator(), gain = audio.createGain();
    const start = audio.currentTime + after;
    swing.frequency.value = hertz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.04);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.7);
    swing.connect(gain).connect(audio.destination);
    swing.start(start);
    swing.stop(start + 0.75);
  }

  function ring() {
    if (!audio || audio.state !== "running") return;
    tone(587, 0);
    tone(784, 0.28);
    wall.rung = (wall.rung || 0) + 1;
  }

  function show() {
    const waiting = unseen.filter((code) => !seen.has(code));
    const began = bar.hidden && waiting.length > 0;
    const text = say("alarm", { count: waiting.length });
    if (wall.element("alarm-text").textContent !== text) wall.element("alarm-text").textContent = text;
    bar.hidden = waiting.length === 0;
    if (began) ring();
    if (waiting.length && !timer) timer = setInterval(ring, AGAIN);
    if (!waiting.length) {
      clearInterval(timer);
      timer = 0;
    }
  }

  async function ask({ lists }) {
    let found = null;
    try {
      const response = await fetch(`${config.api}/ioc/urgent`);
      if (response.ok) found = (await response.json()).unseen.map((one) => one.code);
    } catch { /* the wall says that the connection is lost */ }
    // No alarm falls silent for a door that does not answer: then the newest that are urgent and not yet accepted.
    found ||= lists.newest.filter((one) => one.urgent && one.new).map((one) => one.code);
    const grown = found.some((code) => !unseen.includes(code) && !seen.has(code));
    unseen = found;
    for (const code of seen) if (!found.includes(code)) seen.delete(code);
    if (grown && !bar.hidden) ring();
    show();
  }

  function sound(on) {
    button.setAttribute("aria-pressed", String(on));
    button.title = say(on ? "sound_on" : "sound_off");
  }

  button.addEventListener("click", async () => {
    if (audio) {
      await audio.close();
      audio = null;
      return sound(false);
    }
    audio = new AudioContext();
    await audio.resume();
    sound(true);
    return ring(); // so that one hears what it will be
  });
  wall.element("alarm-seen").addEventListener("click", () => {
    for (const code of unseen) seen.add(code);
    show();
    wall.element("panel").focus();
  });
  wall.on("overview", ask);
});
