// Keys, as on other players; and a list of them.

const LEAP = 10; // seconds
const PICTURE = 1 / 30; // seconds

function leap(time) {
  if (time >= page.duration) film.pause();
  film.seek(Math.max(0, Math.min(time, page.duration)));
}

/** Go on or back by one picture. */
function nudge(by) {
  if (film.stills) return step(Math.sign(by));
  film.pause();
  leap(film.time + by);
}

const KEYS = {
  ' ': toggle,
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
};
const PLAYER_KEYS = { // only while the player has the focus, so that they are in nobody's way
  k: toggle,
  j: () => leap(film.time - LEAP),
  l: () => leap(film.time + LEAP),
  ',': () => nudge(-PICTURE),
  '.': () => nudge(PICTURE),
  home: () => leap(0),
  end: () => leap(page.duration),
  c: () => useCaptions(!pressed('captions')),
  s: () => useStills(!film.stills),
  f: useFullscreen,
  '?': () => $('keys').showModal(),
};
for (let tenth = 0; tenth < 10; tenth += 1) PLAYER_KEYS[tenth] = () => leap((tenth / 10) * page.duration);

document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('select, input[type=text], input[type=radio]')) return;
  const inPlayer = $('stage').contains(target);
  const act = KEYS[key] ?? (inPlayer && !target.closest('#question') && PLAYER_KEYS[key.toLowerCase()]);
  if (!act || !(inPlayer || target === document.body)) return;
  if (key === ' ' && target.closest('button')) return; // a button is pressed by it
  event.preventDefault();
  act();
});

$('list-keys').addEventListener('click', PLAYER_KEYS['?']);
$('keys').addEventListener('click', ({ target }) => {
  if (target === $('keys') || target.closest('button')) $('keys').close();
});
