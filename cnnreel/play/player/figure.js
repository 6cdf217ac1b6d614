// In a figure of any page: the video gives way to a canvas that plays the same film, if that can be fetched.

const script = document.currentScript;
const { films, play: playing, pause: pausing, seek: seeking } = script.dataset;

function place(tag, properties, style, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.style, style);
  element.append(...children);
  return element;
}

function show(loaded) {
  const starts = loaded.map((_, part) => loaded.slice(0, part).reduce((sum, { duration }) => sum + duration, 0));
  const beats = loaded.flatMap((film, part) => film.beats.map((beat) => ({ ...beat, end: starts[part] + beat.end })));
  const duration = beats.at(-1).end;
  const passed = new Set(); // questions that were left
  const video = script.parentElement.querySelector('video');
  const [width, height] = loaded[0].size;

  const canvas = place('canvas', { role: 'img', ariaLabel: video.ariaLabel },
    { display: 'block', width: '100%', aspectRatio: `${width} / ${height}`, cursor: 'pointer' });
  const button = place('button', { type: 'button', textContent: playing }, { font: 'inherit' });
  const bar = place('input', { type: 'range', max: duration, step: 'any', value: 0, ariaLabel: seeking }, { flex: 1 });
  const caption = place('p', { ariaLive: 'polite', dir: 'auto' }, { minHeight: '2.6em', margin: 0 });
  const question = () => beats.find((beat) => beat.kind === 'question' && beat.end > projector.time && !passed.has(beat));
  const limit = () => (question() ? question().end - 0.005 : duration);
  const projector = new Projector(canvas, starts, limit, follow);

  function follow() {
    if (projector.time >= limit()) projector.pause();
    const beat = beats.find(({ end }) => projector.time < end) ?? beats.at(-1);
    bar.value = projector.time;
    button.textContent = projector.playing ? pausing : playing;
    if (caption.textContent !== beat.caption) caption.textContent = beat.caption;
  }

  function toggle() {
    if (projector.playing) projector.pause();
    else {
      if (projector.time >= duration) projector.seek(0);
      if (projector.time >= limit()) passed.add(question());
      projector.play();
    }
    follow();
  }

  button.onclick = toggle;
  canvas.onclick = toggle;
  bar.oninput = () => {
    projector.pause();
    projector.seek(Number(bar.value));
    follow();
  };
  projector.theme = loaded[0].theme;
  projector.instant = starts[1] === undefined ? duration : starts[1] - 0.005;
  loaded.forEach((film, part) => projector.load(part, film));
  video.replaceWith(canvas, place('div', {}, { display: 'flex', gap: '0.75em', margin: '0.5em 0' }, button, bar), caption);
}

Promise.all(films.split(' ').map((address) => fetch(address).then((answer) => answer.json()))).then(show, () => {});
