// Over the seek bar, a small picture of where it leads.

const THUMB = 14; // pixels: what the bar is held by
const painters = [];

/** Draw what is seen at a time, or a view of it, apart from the film itself, which keeps what it has drawn. */
function paint(canvas, time, view) {
  const part = projector.part(time);
  if (!parts[part]) return;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  Object.assign(canvas, { width, height });
  painters[part] ??= paintFilm(parts[part].film);
  painters[part](time - page.starts[part], canvas.getContext('2d'), projector.theme, view);
}

/** What comes behind an open question is not shown before that is answered: only the question. */
const foreseeable = (time) => Math.min(time, limit(Math.max(0, Math.min(time, film.time))));

function foresee(time) {
  const { width } = $('seek').getBoundingClientRect();
  const place = THUMB / 2 + (time / page.duration) * (width - THUMB);
  $('thumbnail').hidden = false;
  const half = $('thumbnail').offsetWidth / 2;
  $('thumbnail').style.left = `${Math.max(half, Math.min(place, width - half))}px`;
  $('thumbnail').querySelector('span').textContent = clock(time);
  paint($('thumbnail').querySelector('canvas'), foreseeable(time));
}

const forget = () => { $('thumbnail').hidden = true; };
const foreseeHere = () => foresee(Number($('seek').value));

$('seek').addEventListener('pointermove', ({ offsetX, target, buttons, pointerType }) => {
  if (buttons || pointerType !== 'mouse') return; // then the value says where
  foresee(Math.max(0, Math.min((offsetX - THUMB / 2) / (target.clientWidth - THUMB), 1)) * page.duration);
});
for (const leaving of ['pointerleave', 'blur', 'change']) $('seek').addEventListener(leaving, forget);
$('seek').addEventListener('input', foreseeHere);
$('seek').addEventListener('focus', () => {
  if ($('seek').matches(':focus-visible')) foreseeHere();
});
on('rest', () => {
  if (film.playing) forget();
  else if (!$('thumbnail').hidden) foreseeHere();
});
