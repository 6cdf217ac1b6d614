// The question: at the end of its beat, which the clock does not pass, it waits until it is answered or left. Whoever comes
// back is asked again.

const questions = beats.filter((beat) => beat.kind === 'question');

/** Return a number as people write it: 0,5 and −1 and 1/2 too; NaN if it is none. */
function asNumber(text) {
  const plain = text.trim().replace(/[−–]/g, '-').replace(',', '.').replace(/\s*%$/, '');
  const [above, below = '1'] = plain.split('/');
  return above.trim() && below.trim() ? Number(above) / Number(below) : NaN;
}

/** A number is right if it rounds to the answer as it is shown. */
function isRight({ answer }, given) {
  const wanted = asNumber(answer);
  if (Number.isNaN(wanted)) return given.trim().toLowerCase() === answer.trim().toLowerCase();
  const decimals = (answer.match(/\.(\d+)/)?.[1] ?? '').length;
  const tolerance = decimals ? 0.5 * 10 ** -decimals + 1e-9 : 1e-9;
  return Math.abs(asNumber(given) - wanted) <= tolerance;
}

function answerField(question) {
  if (question.choices.length) {
    return make('div', { className: 'choices' }, ...question.choices.map((choice) => make('label', { dir: 'auto' },
      make('input', { type: 'radio', name: 'answer', value: choice }), choice)));
  }
  const number = !Number.isNaN(asNumber(question.answer));
  const field = make('input', { type: 'text', name: 'answer', autocomplete: 'off', size: 8 });
  if (number) field.inputMode = 'decimal';
  return make('label', { className: 'field' }, `${words.your_answer} `, field);
}

function ask(index) {
  const question = beats[index];
  question.tried = false;
  const error = make('p', { id: 'answer-error', className: 'error', role: 'alert' });
  if (question.given) error.textContent = fill(words.before, question);
  const legend = make('legend', { id: 'prompt', textContent: question.prompt, dir: 'auto' });
  const fields = make('fieldset', {}, legend, answerField(question),
    make('div', { className: 'actions' },
      make('button', { type: 'submit', className: 'primary', textContent: words.check }),
      make('button', { type: 'button', textContent: words.skip, onclick: () => finish(index, 'skipped', true) })), error);
  $('question').replaceChildren(fields);
  $('question').onsubmit = (event) => {
    event.preventDefault();
    take(index, new FormData($('question')).get('answer') ?? '');
  };
  showQuestion(true);
}

/** Put the cursor into the answer, but not where that would bring up a keyboard over the film. */
function focusAnswer() {
  if (matchMedia('(pointer: fine)').matches) $('question').querySelector('input')?.focus({ preventScroll: true });
}

function take(index, given) {
  const question = beats[index];
  const number = !question.choices.length && !Number.isNaN(asNumber(question.answer));
  if (number ? Number.isNaN(asNumber(given)) : !given.trim()) {
    $('answer-error').textContent = number ? words.not_a_number : words.choose;
    $('question').querySelector('input').focus();
    return;
  }
  const right = isRight(question, given);
  question.given = given.trim();
  if (!right && !question.tried) {
    tryAgain(question);
    return;
  }
  finish(index, right ? 'right' : 'wrong', false);
  const verdict = fill(right ? words.right : words.wrong, { answer: question.answer, given: given.trim() });
  const go = make('button', { type: 'submit', className: 'primary', textContent: words.continue });
  $('question').replaceChildren(
    make('p', { className: `verdict ${right ? 'right' : 'wrong'}`, textContent: verdict, dir: 'auto' }),
    ...question.why.map((line) => make('p', { className: 'why', textContent: line, dir: 'auto' })),
    make('div', { className: 'actions' }, go));
  announce([verdict, ...question.why].join(' '));
  $('question').onsubmit = (event) => {
    event.preventDefault();
    goOn(index);
  };
  film.pause();
  film.show(index);
  showQuestion(true);
  go.focus();
}

/** Give a hint, and another try. */
function tryAgain(question) {
  question.tried = true;
  $('answer-error').textContent = fill(words.try_again, { hint: question.hint ?? words.look_again });
  const field = $('question').querySelector('input:checked') ?? $('question').querySelector('input');
  if (field.type === 'radio') Object.assign(field, { checked: false, disabled: true });
  else field.select();
  $('question').querySelector('input:enabled').focus();
}

/** Remember how a question went, and tell whoever counts; leaving it takes nothing back. */
function finish(index, outcome, leave) {
  const question = beats[index];
  question.closed = true;
  question.outcome = outcome === 'skipped' ? question.outcome ?? outcome : outcome;
  keep();
  hideAnswers();
  const count = (wanted) => questions.filter((question) => question.outcome === wanted).length;
  const detail = { index, outcome, right: count('right'), count: questions.length };
  document.dispatchEvent(new CustomEvent('cnnreel:answer', { detail }));
  if (leave) goOn(index);
}

function goOn(index) {
  showQuestion(false);
  film.focus();
  if (film.stills) film.show(index + 1);
  else {
    film.seek(beats[index].end);
    film.play();
  }
}

function showQuestion(shown) {
  $('question').hidden = !shown;
  $('panel').dataset.state = shown ? 'question' : '';
}

on('beat', (index, before) => {
  if (index !== before) showQuestion(false);
  if (index < before) {
    for (const question of beats.slice(index)) question.closed = false;
    hideAnswers();
  }
  if (isOpen(index) && $('question').hidden) ask(index);
  if (beats[index].kind === 'answer' && isOpen(index - 1)) finish(index - 1, 'skipped', false);
});

on('wait', focusAnswer);

on('end', () => {
  document.dispatchEvent(new CustomEvent('cnnreel:end'));
  const right = questions.filter((question) => question.outcome === 'right').length;
  if (!questions.length) return;
  const text = right === 1 && questions.length === 1 ? words.score_one : fill(words.score, { right, count: questions.length });
  $('hint').textContent = text;
});

remember();
hideAnswers();
