// Over the picture, while it is at rest, lies its text: to be read, found and selected. Numbers open by pointer, touch and keyboard.

const NEAR = 28; // pixels around a number in which a finger means it
let inView = ''; // what lies over the picture
let chosen = null;

/** Return all that can be read at the end of a beat, line by line from left to right. */
function readable(index) {
  const seen = film.seen(index);
  if (!seen) return [];
  const all = [...seen.texts, ...seen.formulas, ...seen.shown.map((number) => ({ ...number, opens: true }))];
  const lines = [];
  for (const one of all.sort((a, b) => a.box[1] + a.box[3] - b.box[1] - b.box[3])) {
    const middle = (one.box[1] + one.box[3]) / 2;
    if (middle < lines.at(-1)?.[0].box[3]) lines.at(-1).push(one);
    else lines.push([one]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.box[0] - b.box[0]));
}

/** Return what can be read now: all at the end of a beat, before it what has not moved. */
function readableNow() {
  const all = readable(film.index);
  if (film.settled) return all;
  const before = new Set((film.index ? readable(film.index - 1) : []).map(JSON.stringify));
  return all.filter((one) => before.has(JSON.stringify(one)));
}

function layOut() {
  const resting = !film.playing && !$('frame').classList.contains('fresh');
  $('numbers').hidden = !resting;
  if (!resting) return close();
  const known = readableNow();
  const view = JSON.stringify([film.beat.part, known]);
  if (view === inView) return;
  inView = view;
  close();
  $('numbers').replaceChildren(...known.map(lay));
  if (spots().length) spots()[0].tabIndex = 0;
}

const spots = () => [...$('numbers').querySelectorAll('.spot')];
const pen = document.createElement('canvas').getContext('2d');

/** Lay text over its picture; over a number it can be pressed. */
function lay({ text, of, box: [left, top, right, bottom], opens }) {
  const { numbers, film: { size: [width, height] } } = parts[film.beat.part];
  const written = text.replace(opens ? '-' : '', opens ? '−' : '');
  const element = make('span', { textContent: written, dir: 'auto' });
  pen.font = '100px "Cnnreel Sans", sans-serif';
  Object.assign(element.style, {
    left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
    fontSize: `${(10_000 * (right - left)) / width / pen.measureText(written).width}cqw`,
    lineHeight: `${(100 * (bottom - top)) / width}cqw`,
  });
  if (!opens) return element;
  const { array, place } = numbers[of];
  Object.assign(element, { className: 'spot', role: 'button', tabIndex: -1 });
  element.dataset.of = of;
  element.setAttribute('aria-label', `${written}, ${array} ${place}`);
  return element;
}

function choose(button) {
  if (button === chosen) return;
  chosen?.classList.remove('chosen');
  chosen = button;
  magnify(button);
  if (!button) return;
  for (const other of spots()) other.tabIndex = other === button ? 0 : -1;
  button.classList.add('chosen');
  describe(parts[film.beat.part].numbers[button.dataset.of]);
}

function describe({ of, array, value, place, how }) {
  const facts = make('dl', {}, ...[[words.value, value, 'value'], [words.how, how, 'how'], [words.address, of, 'of']]
    .flatMap(([name, text, className]) => [make('dt', { textContent: name }), make('dd', { textContent: text, className })]));
  const title = make('h2', { textContent: [array, place].filter(Boolean).join(', ') });
  $('inside').replaceChildren(title, facts, ...copyButtons(parts[film.beat.part].arrays, array));
  $('inside').hidden = false;
  $('panel').dataset.inside = 'true';
}

function close() {
  choose(null);
  $('inside').hidden = true;
  delete $('panel').dataset.inside;
}

/** Find the number nearest to a point, if it is near enough to be meant. */
function nearest({ clientX, clientY }) {
  const distances = spots().map((button) => {
    const box = button.getBoundingClientRect();
    const dx = Math.max(box.left - clientX, 0, clientX - box.right);
    const dy = Math.max(box.top - clientY, 0, clientY - box.bottom);
    return [Math.hypot(dx, dy), button];
  });
  const [distance, button] = distances.reduce((a, b) => (b[0] < a[0] ? b : a), [Infinity, null]);
  return distance <= NEAR ? button : null;
}

/** Find the next number in the direction of an arrow key: straight ahead counts more than aside. */
function neighbour(button, [dx, dy]) {
  const centre = (one) => {
    const box = one.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [x, y] = centre(button);
  const ahead = spots().map((other) => {
    const [ox, oy] = centre(other);
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    return [along > 3 ? along + 3 * aside : Infinity, other];
  });
  const [distance, other] = ahead.reduce((a, b) => (b[0] < a[0] ? b : a), [Infinity, null]);
  return distance < Infinity ? other : null;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

$('numbers').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    close();
    film.focus();
  }
  if (event.key === 'Enter') $('inside').querySelector('button')?.focus();
  if (!ARROWS[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  neighbour(event.target, ARROWS[event.key])?.focus();
});
$('inside').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') chosen?.focus();
});
$('numbers').addEventListener('focusin', ({ target }) => choose(target.closest('.spot')));
$('numbers').addEventListener('pointermove', (event) => {
  const near = nearest(event);
  if (near && !event.buttons) choose(near);
  $('numbers').classList.toggle('pointing', Boolean(near));
});
$('numbers').addEventListener('click', (event) => {
  if (!getSelection().isCollapsed) return; // text was selected
  const near = nearest(event);
  if (near) choose(near);
  else {
    film.play();
    film.focus();
  }
});

on('rest', layOut);
on('beat', layOut);
