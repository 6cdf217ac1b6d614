// How the questions went: kept, where the browser keeps anything, until it is cleared.

const KEPT = `cnnreel-answers ${location.pathname}`;

/** Keep what was answered, by question, so that a page that has changed is not mistaken. */
function keep() {
  const answered = questions.filter((question) => question.given);
  try {
    const kept = answered.map(({ prompt, given, outcome }) => [prompt, given, outcome]);
    if (kept.length) localStorage.setItem(KEPT, JSON.stringify(kept));
    else localStorage.removeItem(KEPT);
  } catch { /* a page from a file may not be allowed to remember */ }
  $('clear').hidden = !answered.length;
}

function remember() {
  let kept = [];
  try {
    kept = JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch { /* nothing that can be read is kept */ }
  for (const [prompt, given, outcome] of kept) {
    const question = questions.find((one) => one.prompt === prompt && !one.given);
    if (question) Object.assign(question, { given, outcome });
  }
  $('clear').hidden = !questions.some((question) => question.given);
}

$('clear').addEventListener('click', () => {
  for (const question of questions) Object.assign(question, { given: '', outcome: undefined, closed: false });
  keep();
  hideAnswers();
  announce(words.cleared);
  film.focus();
});
