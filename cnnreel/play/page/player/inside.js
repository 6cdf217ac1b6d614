// Look inside: while the picture is at rest, its numbers can be pointed at, touched and reached by keyboard.

const NEAR = 28; // pixels around a number in which a finger means it
let inView = [];
let chosen = null;

/** Return the numbers whose place is known now: all at the end of a beat, before it those that have not moved. */
function numbersNow() {
  const { shown } = film.beat;
  if (film.settled) return shown;
  const before = new Set((beats[film.index - 1]?.shown ?? []).map(String));
  return shown.filter((number) => before.has(String(number)));
}

function detailsOf([of]) {
  return page.numbers[film.beat.part][of];
}

function layOut() {
  const resting = !film.playing && !$('frame').classList.contains('fresh');
  $('numbers').hidden = !resting;
  if (!resting) return close();
  const known = numbersNow();
  if (inView.map(String).join() === known.map(String).join() && $('numbers').childElementCount) return;
  inView = known;
  close();
  $('numbers').replaceChildren(...known.map(spot));
}

/** Make the button that lies over a number. */
function spot(number, order) {
  const [, text, left, top, right, bottom] = number;
  const [width, height] = page.size;
  const details = detailsOf(number);
  const button = make('button', { type: 'button', className: 'spot', tabIndex: order ? -1 : 0 });
  button.setAttribute('aria-label', `${text.replace('-', '−')}, ${details.array} ${details.place}`);
  Object.assign(button.style, {
    left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
  });
  return button;
}

function choose(button) {
  if (button === chosen) return;
  chosen?.classList.remove('chosen');
  chosen = button;
  if (!button) return;
  const spots = [...$('numbers').children];
  for (const other of spots) other.tabIndex = other === button ? 0 : -1;
  button.classList.add('chosen');
  describe(inView[spots.indexOf(button)]);
}

function describe(number) {
  const { of, array, value, place, how } = detailsOf(number);
  const facts = make('dl', {}, ...[[words.value, value, 'value'], [words.how, how, 'how'], [words.address, of, 'of']]
    .flatMap(([name, text, className]) => [make('dt', { textContent: name }), make('dd', { textContent: text, className })]));
  const title = make('h2', { textContent: [array, place].filter(Boolean).join(', ') });
  $('inside').replaceChildren(title, facts, ...copyButtons(page.arrays[film.beat.part], array));
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
  const distances = [...$('numbers').children].map((button) => {
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
  const ahead = [...$('numbers').children].map((other) => {
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
$('numbers').addEventListener('focusin', (event) => choose(event.target));
$('numbers').addEventListener('pointermove', (event) => {
  const near = nearest(event);
  if (near) choose(near);
  $('numbers').classList.toggle('pointing', Boolean(near));
});
$('numbers').addEventListener('click', (event) => {
  const near = nearest(event);
  if (near) choose(near);
  else film.play();
});

on('rest', layOut);
on('beat', layOut);
