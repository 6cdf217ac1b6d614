// Caption, transcript and chapters follow the film; all of them lead back into it.

const said = [...document.querySelectorAll('[data-beat]')];
const chapterLinks = [...document.querySelectorAll('[data-start]')];

/** An answer is not told before its question has been answered, or left. */
function hideAnswers() {
  said.forEach((link, index) => {
    const hidden = beats[index].kind === 'answer' && isOpen(index - 1);
    const text = link.querySelector('.said');
    text.textContent = hidden ? words.hidden_answer : beats[index].caption;
    text.classList.toggle('withheld', hidden);
  });
}

function isOpen(index) {
  return beats[index]?.kind === 'question' && !beats[index].closed;
}

function mark(links, index) {
  links.forEach((link, number) => {
    if (number === index) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  });
}

const behavior = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth');

/** Bring the current line into view inside its box, without moving the page. */
function scrollTo(link) {
  const box = $('transcript');
  const top = link.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  box.scrollTo({ top: top - box.clientHeight / 3, behavior: behavior() });
}

/** Where a line was far below the film, go to the film, if it or what it asks cannot be seen. */
function bringIntoView() {
  const boxes = [$('frame'), $('question')].map((box) => box.getBoundingClientRect());
  if (boxes.some(({ top, bottom }) => top < -1 || bottom > innerHeight + 1)) $('frame').scrollIntoView({ behavior: behavior() });
}

function showCaption(index) {
  const { kind, caption } = beats[index];
  const name = words.kinds[kind];
  $('which').textContent = fill(words.step, { number: index + 1, count: beats.length }) + (name ? ` · ${name}` : '');
  $('which').dataset.kind = kind;
  $('caption').textContent = caption;
}

on('beat', (index, before) => {
  showCaption(index);
  mark(said, index);
  mark(chapterLinks, chapterLinks.findLastIndex((link) => Number(link.dataset.start) <= beats[index].start));
  if (index !== before) scrollTo(said[index]);
});

for (const link of said) {
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // it is opened beside
    event.preventDefault();
    film.pause();
    film.show(Number(link.dataset.beat));
    bringIntoView();
  });
}
for (const link of chapterLinks) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    film.seek(Number(link.dataset.start));
    if (!film.stills) film.play();
  });
}
