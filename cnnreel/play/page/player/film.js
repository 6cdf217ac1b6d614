// The film of the page, played or as a slide show of stills: both are moved by beats, and both can be at rest.

const SURELY_STILL = 0.2; // seconds at the end of each beat in which nothing moves
const LAST_INSTANT = 0.005; // seconds before the end of a beat
const ROUNDING = 0.001; // seconds that a time may be off which leads to the start of a beat

const projector = new Projector($('film'), page.starts, limit, () => film.follow());
const parts = []; // what can be looked into, clip by clip

const film = {
  index: 0,
  stills: matchMedia('(prefers-reduced-motion: reduce)').matches,

  get beat() { return beats[this.index]; },
  get playing() { return projector.playing; },
  get time() { return projector.time; },
  get ended() { return this.time >= lastMoment(beats.length - 1); },
  /** Whether the picture is the last one of its beat, in which it is known where everything is. */
  get settled() { return this.stills || this.time >= this.beat.end - SURELY_STILL; },

  /** What can be seen at the end of a beat. */
  seen(index) {
    const { part } = beats[index];
    return parts[part]?.film.beats[index - beats.findIndex((beat) => beat.part === part)];
  },

  /** Show the end of a beat. */
  show(index) {
    this.seek(lastMoment(Math.max(0, Math.min(index, beats.length - 1))));
  },

  seek(time) {
    this.uncover();
    const index = beatAt(time);
    projector.seek(this.stills ? lastMoment(index) : time);
    this.enter(index);
    tell('rest');
    if (this.ended) tell('end');
  },

  play() {
    this.uncover();
    if (this.stills) return this.show(this.index + 1);
    if (this.ended) this.seek(0);
    projector.play();
    tell('rest');
  },

  pause() {
    projector.pause();
    tell('rest');
  },

  /** Go along with the clock, which waits by itself at a question and at the end. */
  follow() {
    const index = beatAt(this.time);
    if (index !== this.index) this.enter(index);
    tell('time');
    if (this.time < limit(this.time)) return;
    this.pause();
    tell(isOpen(this.index) ? 'wait' : 'end');
  },

  enter(index) {
    const before = this.index;
    this.index = index;
    $('film').setAttribute('aria-label', beats[index].caption);
    tell('beat', index, before);
  },

  /** Put the cursor where the film goes on. */
  focus() { $(this.stills ? 'next' : 'play').focus({ preventScroll: true }); },

  /** Show a picture of what is to come, until the film is moved. */
  cover() {
    projector.instant = lastMoment(beats.findLastIndex((beat) => beat.part === 0));
    $('frame').classList.add('fresh');
  },

  uncover() { $('frame').classList.remove('fresh'); },

  /** Change between film and stills, at the same beat. */
  useStills(stills) {
    const { index } = this;
    projector.pause();
    this.stills = stills;
    this.show(index);
  },
};

/** Return the last instant of a beat. */
function lastMoment(index) {
  return beats[index].end - LAST_INSTANT;
}

function beatAt(time) {
  const index = beats.findIndex((beat) => time < beat.end - ROUNDING);
  return index < 0 ? beats.length - 1 : index;
}

/** Return how far the clock may go: to the end of the next open question, or of the film. */
function limit(time) {
  const index = beats.findIndex((beat, number) => isOpen(number) && beat.end > time);
  return index < 0 ? page.duration : lastMoment(index);
}

const unpacked = unpackAll((number, part) => {
  parts[number] = part;
  projector.load(number, part.film);
  tell('rest');
});
unpacked.catch(() => document.documentElement.classList.remove('js')); // then the page is as it is without scripts

on('theme', (theme) => {
  projector.theme = theme;
  projector.redraw();
});
