// Plays films, one after the other, in one canvas, by a clock of its own.

const LONGEST = 0.25; // seconds from one picture to the next: what nobody could see is not passed

/** Return what a script element holds: JSON, gzipped, in base64. */
function unpack(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).json();
}

/** Take what is packed out of the page, one after the other. */
async function unpackAll(load) {
  for (const [part, element] of document.querySelectorAll('.packed').entries()) {
    load(part, await unpack(element));
    element.remove();
  }
}

class Projector {
  time = 0;
  speed = 1;
  playing = false;
  films = [];
  instant = null; // shown in place of `time`, such as a poster
  theme = 'dark';
  #looked = 0;
  #asked = false;

  /**
   * @param canvas  where to play
   * @param starts  when each film begins, in seconds
   * @param limit   says from a time how far the clock may go: it waits there
   * @param moved   is called when time went by, before the picture is drawn
   */
  constructor(canvas, starts, limit, moved) {
    Object.assign(this, { canvas, starts, limit, moved, context: canvas.getContext('2d', { alpha: false }) });
    const watcher = new ResizeObserver(([entry]) => this.#fit(entry));
    try {
      watcher.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      watcher.observe(canvas);
    }
  }

  /** Give the canvas a pixel for each of the screen's: the browser's count is exact, unless it only pretends to a density. */
  #fit({ devicePixelContentBoxSize: [box] = [], contentRect }) {
    const [width, height] = [contentRect.width, contentRect.height].map((side) => side * devicePixelRatio);
    const exact = Math.abs(box?.inlineSize - width) < 1;
    this.canvas.width = exact ? box.inlineSize : Math.round(width);
    this.canvas.height = exact ? box.blockSize : Math.round(height);
    this.draw();
  }

  /** Put in a film, or whatever holds one, and show it if its time is now. */
  load(part, film) {
    this.films[part] = film;
    this.redraw();
  }

  /** Return the number of the film that is shown at a time. */
  part(time) {
    return Math.max(0, this.starts.findLastIndex((start) => start <= time));
  }

  play() {
    if (this.playing) return;
    this.playing = true;
    this.instant = null;
    this.#looked = performance.now();
    this.redraw();
  }

  pause() { this.playing = false; }

  seek(time) {
    this.time = Math.max(0, time);
    this.instant = null;
    this.redraw();
  }

  /** Draw when the browser next does, once. */
  redraw() {
    if (!this.#asked) requestAnimationFrame(() => this.#look());
    this.#asked = true;
  }

  #look() {
    this.#asked = false;
    if (this.playing) this.#go();
    this.draw();
    if (this.playing) this.redraw();
  }

  #go() {
    const now = performance.now();
    const passed = Math.min((now - this.#looked) / 1000, LONGEST);
    this.#looked = now;
    if (!this.films[this.part(this.time)]) return; // it is not unpacked yet
    this.time = Math.min(this.time + passed * this.speed, this.limit(this.time));
    this.moved();
  }

  draw() {
    const time = this.instant ?? this.time;
    const part = this.part(time);
    if (this.films[part] && this.canvas.width) draw(this.films[part], time - this.starts[part], this.context, this.theme);
  }
}
