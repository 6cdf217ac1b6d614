// One film behind all slides: a slide plays its beat and stops; going back shows the end of a beat.

const { moments, starts, size } = JSON.parse(document.getElementById('data').textContent);
const [width, height] = size.map((side) => Math.round(720 * side / Math.min(...size)));
const LAST_INSTANT = 0.005; // seconds before the end of a beat
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

let shown = 0;
let end = 0;
const projector = new Projector(document.getElementById('film'), starts, () => end, () => {
  if (projector.time >= end) projector.pause();
});
projector.theme = document.documentElement.dataset.theme;

/** Show a slide: the first is the title, the others play a beat each. */
function show(index) {
  const forward = index === shown + 1;
  shown = index;
  tellSpeaker();
  projector.pause();
  if (!index) return;
  const [start, stop] = moments[index - 1];
  end = stop - LAST_INSTANT;
  projector.seek(forward && !still ? start : end);
  if (forward && !still) projector.play();
}

/** Draw the end of a beat, in the colours of the slides. */
function drawStill(canvas, index, across) {
  const [, stop, part] = moments[index];
  if (!projector.films[part]) return;
  Object.assign(canvas, { width: across, height: (across * height) / width });
  draw(projector.films[part], stop - LAST_INSTANT - starts[part], canvas.getContext('2d'), projector.theme);
}

/** Draw all stills, for paper and for the overview. */
function drawStills() {
  document.querySelectorAll('.still').forEach((canvas, index) => drawStill(canvas, index, width));
}

// What the speaker sees is written from here into an empty window: it needs neither a server nor a script of its own.
let speaker = null;

function openSpeaker() {
  speaker = window.open('', 'cnnreel-notes', 'width=900,height=640');
  if (!speaker) return;
  speaker.document.title = document.title;
  speaker.document.body.style = 'margin: 2rem; font: 1.6rem/1.4 system-ui, sans-serif; color: #222; background: #fff';
  speaker.document.onkeydown = ({ key }) => {
    if (['ArrowRight', 'PageDown', ' '].includes(key)) Reveal.next();
    if (['ArrowLeft', 'PageUp'].includes(key)) Reveal.prev();
  };
  tellSpeaker();
}

function tellSpeaker() {
  if (!speaker || speaker.closed) return;
  const slides = Reveal.getSlides();
  const said = slides[shown].querySelector('.notes').cloneNode(true);
  const next = document.createElement(shown + 1 < slides.length ? 'canvas' : 'p');
  next.style = 'position: absolute; right: 2rem; bottom: 2rem; width: 40%; border: 1px solid #888';
  if (shown + 1 < slides.length) drawStill(next, shown, width);
  const count = document.createElement('p');
  count.textContent = `${shown + 1} / ${slides.length}`;
  speaker.document.body.replaceChildren(count, said, next);
}

Reveal.initialize({
  width, height, margin: 0, hash: true, center: false, transition: 'none', backgroundTransition: 'none',
  controlsTutorial: false, postMessage: false,
});
Reveal.addKeyBinding({ keyCode: 83, key: 'S', description: 'Speaker notes' }, openSpeaker);
Reveal.on('ready', ({ indexh }) => { shown = indexh; show(indexh); });
Reveal.on('slidechanged', ({ indexh }) => show(indexh));
Reveal.on('overviewshown', drawStills);
addEventListener('beforeprint', drawStills);
unpackAll((part, film) => projector.load(part, film));
