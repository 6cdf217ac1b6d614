// The film, or its stills as a slide show: both are moved by beats, and both can be at rest.

const SURELY_STILL = 0.2; // seconds at the end of each beat in which nothing moves
const ROUNDING = 0.001; // seconds that a browser may be off when it is sent to the start of a beat

const film = {
  video: $('film'),
  still: $('still'),
  index: 0,
  stills: matchMedia('(prefers-reduced-motion: reduce)').matches,

  get beat() { return beats[this.index]; },
  get playing() { return !this.stills && !this.video.paused; },
  get time() { return this.stills ? lastMoment(this.index) : this.video.currentTime; },
  /** Whether the picture is the last one of its beat, whose numbers are known. */
  get settled() { return this.stills || this.time >= this.beat.end - SURELY_STILL; },

  /** Show the end of a beat. */
  show(index) {
    this.seek(lastMoment(Math.max(0, Math.min(index, beats.length - 1))));
  },

  seek(time) {
    this.uncover();
    this.enter(beatAt(time));
    if (!this.stills) this.video.currentTime = time;
    tell('rest');
    if (time >= lastMoment(beats.length - 1)) tell('end');
  },

  play() {
    this.uncover();
    if (this.stills) return this.show(this.index + 1);
    if (this.video.ended) this.seek(0);
    return this.video.play().catch(() => {}); // it was paused before it could begin
  },

  /** Put the cursor where the film goes on. */
  focus() { $(this.stills ? 'next' : 'play').focus({ preventScroll: true }); },

  /** Take away the poster. */
  uncover() { $('frame').classList.remove('fresh'); },

  pause() { this.video.pause(); },

  enter(index) {
    const before = this.index;
    this.index = index;
    if (this.stills) this.still.src = pictures[index].src;
    if (this.stills) this.still.alt = beats[index].caption;
    tell('beat', index, before);
  },

  /** Change between film and stills, at the same beat. */
  useStills(stills) {
    const { index } = this;
    this.pause();
    this.stills = stills;
    this.video.hidden = stills;
    this.still.hidden = !stills;
    this.show(index);
  },
};

function lastMoment(index) {
  return beats[index].end - 0.5 / page.fps;
}

function beatAt(time) {
  const index = beats.findIndex((beat) => time < beat.end - ROUNDING);
  return index < 0 ? beats.length - 1 : index;
}

/**
 * Follow the film while it plays, frame by frame where the browser draws, and otherwise as often as it tells.
 * The time is told before a beat is entered, so that a question which was passed between two looks can call the film back.
 */
function follow() {
  if (!film.stills && !film.video.seeking) tell('time');
  catchUp();
}

/** Enter the beat in which the film is. */
function catchUp() {
  if (film.stills) return;
  const index = beatAt(film.video.currentTime);
  if (index !== film.index) film.enter(index);
}

function followFrames() {
  follow();
  if (film.playing) requestAnimationFrame(followFrames);
}

film.video.addEventListener('timeupdate', follow);
film.video.addEventListener('play', followFrames);
film.video.addEventListener('seeking', catchUp); // a media key may have moved it
for (const event of ['play', 'pause', 'seeked', 'ended']) film.video.addEventListener(event, () => tell('rest'));
film.video.addEventListener('ended', () => tell('end'));

// A server that does not send parts of a file lets no film be moved: then all of it is fetched at once.
film.video.addEventListener('loadedmetadata', async () => {
  const { video } = film;
  const reach = video.seekable.length ? video.seekable.end(0) : 0;
  if (reach > video.duration / 2 || !video.currentSrc.startsWith('http')) return;
  const whole = await fetch(video.currentSrc).then((answer) => answer.ok && answer.blob()).catch(() => null);
  if (!whole) return;
  const { paused, currentTime } = video;
  video.src = URL.createObjectURL(whole);
  video.currentTime = currentTime;
  if (!paused) film.play();
}, { once: true });
