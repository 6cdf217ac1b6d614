// Buttons and seek bar.

const PLAY = 'M8 5v14l11-7z';
const PAUSE = 'M7 5h3v14H7zM14 5h3v14h-3z';

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function toggle() {
  if (film.playing) film.pause();
  else {
    if (isOpen(film.index) && film.settled) finish(film.index, 'skipped', false);
    film.play();
  }
}

function step(by) {
  film.pause();
  const unfinished = by > 0 && !film.settled;
  film.show(film.index + (unfinished ? 0 : by));
}

function press(id, pressed) {
  $(id).setAttribute('aria-pressed', String(pressed));
}

function useCaptions(shown) {
  $('panel').classList.toggle('silent', !shown);
  press('captions', shown);
}

function useStills(stills) {
  film.useStills(stills);
  press('stills', stills);
}

function useFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else $('stage').requestFullscreen?.();
}

function drawPlay() {
  const label = film.playing ? words.pause : words.play;
  $('play').querySelector('path').setAttribute('d', film.playing ? PAUSE : PLAY);
  $('play').setAttribute('aria-label', label);
  $('play').disabled = film.stills;
  $('speed').disabled = film.stills;
}

function drawTime() {
  const { time } = film;
  const said = fill(words.time, { time: clock(time), duration: clock(page.duration) });
  $('seek').value = time;
  $('seek').parentElement.style.setProperty('--done', `${(100 * time) / page.duration}%`);
  $('seek').setAttribute('aria-valuetext', said);
  $('clock').textContent = `${clock(time)} / ${clock(page.duration)}`;
}

/** Mark where the film waits for an answer, and where a clip of a lesson begins, or else each beat. */
function drawMarks() {
  const begins = ({ part }, before) => (chapterLinks.length > 1 ? part !== before?.part : before?.kind !== 'question');
  const marked = beats.filter((beat, index) => beat.kind === 'question' || begins(beat, beats[index - 1]));
  $('marks').replaceChildren(...marked.map(({ kind, start, end }) => {
    const mark = make('i');
    mark.dataset.kind = kind;
    mark.style.left = `${(100 * (kind === 'question' ? end : start)) / page.duration}%`;
    return mark;
  }));
}

function useDark(dark) {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  useTheme();
  try {
    localStorage.setItem('cnnreel-theme', dark ? 'dark' : 'light');
  } catch { /* a page from a file may not be allowed to remember */ }
}

const isDark = () => getComputedStyle(document.documentElement).colorScheme === 'dark';

/** Follow what the reader's setting, or the switch, says of colours. */
function useTheme() {
  press('theme', isDark());
  tell('theme', page.theme ?? (isDark() ? 'dark' : 'light'));
}

const pressed = (id) => $(id).getAttribute('aria-pressed') === 'true';

$('play').addEventListener('click', toggle);
$('start').addEventListener('click', () => {
  toggle();
  $('play').focus();
});
$('previous').addEventListener('click', () => step(-1));
$('next').addEventListener('click', () => step(1));
$('captions').addEventListener('click', () => useCaptions(!pressed('captions')));
$('stills').addEventListener('click', () => useStills(!film.stills));
$('fullscreen').addEventListener('click', useFullscreen);
$('theme').addEventListener('click', () => useDark(!isDark()));
$('speed').addEventListener('change', () => { projector.speed = Number($('speed').value); });
$('seek').addEventListener('input', () => {
  const time = Number($('seek').value);
  film.pause();
  film.seek(time);
});
$('film').addEventListener('click', () => {
  toggle();
  film.focus();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', useTheme);

on('time', drawTime);
on('beat', drawTime);
on('rest', () => { drawPlay(); drawTime(); });

$('fullscreen').hidden = !document.fullscreenEnabled;
drawMarks();
useTheme();
tell('beat', 0, 0);
drawPlay();
if (film.stills) useStills(true);
else film.cover();
