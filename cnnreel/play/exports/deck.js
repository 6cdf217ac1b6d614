// One film behind all slides: a slide plays its part and stops; going back shows the end of a part.
(() => {
  'use strict';
  const { moments, size, fps } = JSON.parse(document.getElementById('data').textContent);
  const deck = document.querySelector('.reveal');
  const film = document.getElementById('film');
  const inside = document.getElementById('film-inside');
  const bytes = Uint8Array.from(atob(inside.textContent), (letter) => letter.charCodeAt(0));
  film.src = URL.createObjectURL(new Blob([bytes], { type: inside.dataset.type }));

  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const showStills = () => deck.classList.add('stills');
  if (still) showStills();
  film.addEventListener('error', showStills);

  let shown = 0;
  let end = 0;

  /** Show a slide: the first is the title, the others play a beat each. */
  function show(index) {
    const forward = index === shown + 1;
    shown = index;
    tellSpeaker();
    if (!index) return film.pause();
    const [start, stop] = moments[index - 1];
    end = stop - 0.5 / fps;
    film.currentTime = forward ? start : end;
    if (forward && !still) film.play().catch(() => {});
    else film.pause();
  }

  function watch() {
    if (!film.paused && film.currentTime >= end) {
      film.pause();
      film.currentTime = end;
    }
    requestAnimationFrame(watch);
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
    const next = slides[shown + 1]?.querySelector('.still').cloneNode() ?? document.createElement('p');
    next.style = 'position: absolute; right: 2rem; bottom: 2rem; width: 40%; border: 1px solid #888';
    const count = document.createElement('p');
    count.textContent = `${shown + 1} / ${slides.length}`;
    speaker.document.body.replaceChildren(count, said, next);
  }

  const [width, height] = size.map((side) => Math.round(720 * side / Math.min(...size)));
  Reveal.initialize({
    width, height, margin: 0, hash: true, center: false, transition: 'none', backgroundTransition: 'none',
    controlsTutorial: false, postMessage: false,
  });
  Reveal.addKeyBinding({ keyCode: 83, key: 'S', description: 'Speaker notes' }, openSpeaker);
  Reveal.on('ready', ({ indexh }) => { shown = indexh; show(indexh); });
  Reveal.on('slidechanged', ({ indexh }) => show(indexh));
  watch();
})();
