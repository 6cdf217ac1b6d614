// The lesson: films in an order, which is drawn, or moved by keys; saved and opened as the TOML that the command line films.

import { $, announce, ask, clock, icon, keepText, make } from '/files/common.js';

const FORMATS = [
  ['scorm', 'Moodle and others (SCORM)', 'waits at the questions, reports the points'],
  ['pptx', 'PowerPoint', 'a slide for each film, and the steps as pictures'],
  ['page', 'Web page, one file', 'opens without a network; send it or put it online'],
  ['mp4', 'Film (MP4)', 'with captions and chapters'],
  ['h5p', 'H5P', 'an interactive video with its questions'],
  ['revealjs', 'Slides (reveal.js)', 'for the browser'],
  ['answers', 'Answer key', 'a table of all results'],
];

export class Lesson {
  #dragged = null;

  /**
   * @param state   returns the lesson: title, look, clips
   * @param change  is called with a function that changes it
   * @param edit    is called with the number of a clip that is to be changed
   * @param still   draws a still of a scene into a canvas
   * @param names   what scenes are called
   */
  constructor(state, change, edit, still, names, known) {
    Object.assign(this, { state, change, edit, still, names });
    $('lesson-title').addEventListener('input', () => change((lesson) => { lesson.title = $('lesson-title').value; }, 'lesson title'));
    $('open-lesson').addEventListener('click', () => $('lesson-file').click());
    $('lesson-file').addEventListener('change', () => this.#open($('lesson-file').files[0]));
    $('save-lesson').addEventListener('click', () => this.save());
    $('lesson-formats').append(...FORMATS.filter(([kind]) => known.includes(kind)).map(([kind, name, hint], at) => make('label', {},
      make('input', { type: 'radio', name: 'lesson-download', value: kind, checked: at === 0 }),
      make('span', {}, make('b', { textContent: name }), make('span', { className: 'hint', textContent: hint })))));
  }

  get chosen() { return document.querySelector('[name="lesson-download"]:checked').value; }

  show() {
    const { title, clips } = this.state();
    if (document.activeElement !== $('lesson-title')) $('lesson-title').value = title;
    $('lesson-count').textContent = clips.length ? `${clips.length} ${clips.length > 1 ? 'films' : 'film'}` : '';
    $('rows').replaceChildren(...clips.map((clip, at) => this.#row(clip, at)));
    $('no-rows').hidden = clips.length > 0;
    const [seconds, questions] = ['seconds', 'questions'].map((what) => clips.reduce((sum, clip) => sum + (clip[what] ?? 0), 0));
    const asked = questions ? `, ${questions} ${questions > 1 ? 'questions' : 'question'}` : '';
    $('lesson-length').textContent = seconds ? `${clips.length} ${clips.length > 1 ? 'films' : 'film'}, ${clock(seconds)}${asked}` : '';
  }

  get seconds() { return this.state().clips.reduce((sum, clip) => sum + (clip.seconds ?? 40), 0); }

  #row(clip, at) {
    const canvas = make('canvas', { width: 0, height: 0, aria: { hidden: 'true' } });
    const name = clip.chapter || this.names[clip.scene];
    const { x } = clip.given;
    const shape = Array.isArray(x) && Array.isArray(x[0]) ? `${x.length}×${x[0].length}` : typeof x === 'string' ? x.split('/').pop() : '';
    const button = (what, label, act, disabled = false) => make('button', { type: 'button', disabled, aria: { label: `${name}: ${label}` }, title: label, onclick: act }, icon(what));
    const row = make('li', { className: 'lesson-row', draggable: true, data: { at } },
      make('span', { className: 'handle' }, icon('handle')), make('span', { className: 'muted', textContent: at + 1 }), canvas,
      make('button', { type: 'button', className: 'row-name', onclick: () => this.edit(at) }, make('b', { textContent: name }), make('span', { className: 'hint', textContent: [this.names[clip.scene], shape].filter(Boolean).join(', ') })),
      make('span', { className: 'muted', textContent: clip.seconds ? clock(clip.seconds) : '' }),
      button('up', 'up', () => this.#move(at, at - 1, 'up'), at === 0), button('down', 'down', () => this.#move(at, at + 1, 'down'), at === this.state().clips.length - 1),
      button('bin', 'take out', () => this.#takeOut(at)));
    row.addEventListener('keydown', (event) => this.#key(event, at));
    row.addEventListener('dragstart', (event) => { this.#dragged = at; event.dataTransfer.effectAllowed = 'move'; row.classList.add('dragged'); });
    row.addEventListener('dragend', () => this.show());
    row.addEventListener('dragover', (event) => this.#over(event, row));
    row.addEventListener('dragleave', () => row.classList.remove('before', 'after'));
    row.addEventListener('drop', (event) => this.#drop(event, row, at));
    this.still(clip.scene, canvas);
    return row;
  }

  #over(event, row) {
    if (this.#dragged === null) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    const after = event.clientY > top + height / 2;
    row.classList.toggle('after', after);
    row.classList.toggle('before', !after);
  }

  #drop(event, row, at) {
    event.preventDefault();
    const to = at + row.classList.contains('after') - (this.#dragged < at || (this.#dragged === at && row.classList.contains('after')));
    if (this.#dragged !== null) this.#move(this.#dragged, Math.max(0, to));
    this.#dragged = null;
  }

  #key(event, at) {
    if (event.altKey && ['ArrowUp', 'ArrowDown'].includes(event.key)) this.#move(at, at + (event.key === 'ArrowUp' ? -1 : 1), 'row-name');
    else if (event.key === 'Delete') this.#takeOut(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move(from, to, focus = '') {
    const { clips } = this.state();
    if (to < 0 || to >= clips.length) return;
    this.change((lesson) => { lesson.clips.splice(to, 0, ...lesson.clips.splice(from, 1)); });
    const row = $('rows').children[to];
    (focus === 'row-name' ? row.querySelector('.row-name') : row.querySelector(`[title="${focus}"]:enabled`) ?? row.querySelector('.row-name')).focus();
    announce(`Film ${to + 1} of ${clips.length}`);
  }

  #takeOut(at) {
    this.change((lesson) => { lesson.clips.splice(at, 1); });
    ($('rows').children[Math.min(at, $('rows').children.length - 1)]?.querySelector('.row-name') ?? $('add-film')).focus();
    announce('Taken out. Undo brings it back.');
  }

  async save() {
    try {
      const { name, text } = await ask('/api/lesson/save', this.state());
      keepText(name, text);
      this.said('');
    } catch (error) {
      this.said(error.message);
    }
  }

  async #open(file) {
    $('lesson-file').value = '';
    if (!file) return;
    try {
      const { title, look, clips } = await ask('/api/lesson/open', { name: file.name, text: await file.text() });
      this.change((lesson) => { Object.assign(lesson, { title, look, clips }); });
      this.said('');
    } catch (error) {
      this.said(error.message);
    }
  }

  said(sentence) {
    $('lesson-fault').hidden = !sentence;
    $('lesson-fault').textContent = sentence;
  }
}
