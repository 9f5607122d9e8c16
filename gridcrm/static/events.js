/* The door: the camera where the browser can read codes, a buzz and a tone at each tick. Everything works without. */
(() => {
  "use strict";

  const one = (selector) => document.querySelector(selector);
  let stream = null;
  let sound = null;

  const canScan = async () => {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
    try { return (await BarcodeDetector.getSupportedFormats()).includes("qr_code"); } catch { return false; }
  };

  async function prepare() {
    const button = one("[data-scan]");
    if (button && (await canScan())) button.hidden = false;
    if (one("[data-tick]")) celebrate();
    const field = one(".door-find [name=digits]");
    if (field && !one(".door-hit")) field.focus({ preventScroll: true });
  }

  function celebrate() {
    navigator.vibrate?.(80);
    try {
      sound ||= new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      volume.gain.value = 0.05;
      tone.frequency.value = 880;
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.12);
    } catch { /* a browser without sound has the tick */ }
  }

  async function scan(button) {
    if (stream) return stop();
    const video = one("[data-camera]");
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const reader = new BarcodeDetector({ formats: ["qr_code"] });
    look(reader, video, one(button.dataset.scan));
  }

  async function look(reader, video, field) {
    if (!stream) return;
    const codes = await reader.detect(video).catch(() => []);
    if (!codes.length) return setTimeout(() => look(reader, video, field), 200);
    field.value = codes[0].rawValue;
    stop();
    field.form.requestSubmit();
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    const video = one("[data-camera]");
    if (video) video.hidden = true;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan]");
    if (button) scan(button).catch(stop);
  });
  document.addEventListener("htmx:beforeSwap", stop);
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  prepare();
})();
