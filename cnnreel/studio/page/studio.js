// The studio: what is asked for, its history and its link, and everything that follows from a change.

import { $, announce, ask, copyText, inWords, look, me, remember } from '/files/common.js';
import { shownGrid } from '/files/cells.js';
import { expected, Formats, Making, sizesInto } from '/files/downloads.js';
import { Form } from '/files/form.js';
import { Gallery } from '/files/gallery.js';
import { Lesson } from '/files/lesson.js';
import { Preview } from '/files/preview.js';

const PAUSE = 80; // milliseconds without a key after which the film is performed
const MOST_UNDONE = 200;
const LOOK = ['theme', 'ratio', 'pace'];

const theme = () => getComputedStyle(document.documentElement).colorScheme;
const { scenes, downloads } = await look('/api/scenes');
const names = Object.fromEntries(scenes.map(({ scene, name }) => [scene, name]));
const described = (name) => scenes.find(({ scene }) => scene === name);

let state = {
  view: 'film', scene: 'max-pool', given: {}, editing: null,
  lesson: { title: 'My lesson', look: {}, clips: [] },
  ...remember.get('lesson', {}),
};
let known = { faults: [], shown: [], seconds: 0, questions: 0 };
const history = { past: [], future: [], key: '' };

// What is asked for, as a link.

/** Return what was given in a way that people can read: rows as "4 1; 1 1". */
function inLink() {
  const asText = (value) => (Array.isArray(value) ? rows(value) : String(value));
  const parts = Object.entries(state.given).map(([name, value]) => [name, asText(value)]);
  return `#${new URLSearchParams([['scene', state.scene], ...parts])}`;
}

function rows(value) {
  if (!Array.isArray(value[0])) return value.join(' ');
  if (!Array.isArray(value[0][0])) return value.map((row) => row.join(' ')).join('; ');
  return value.map(rows).join(' | ');
}

/** Read a link, and say what of it is not taken; each text is left to the server, but cells are split into cells. */
function fromLink() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const scene = described(parts.get('scene'));
  sayOfLink(notTaken(parts, scene));
  if (!scene) return false;
  const given = {};
  for (const field of scene.fields) {
    if (parts.has(field.field)) given[field.field] = fromText(field, parts.get(field.field));
  }
  Object.assign(state, { scene: scene.scene, given, view: 'film', editing: null });
  return true;
}

function notTaken(parts, scene) {
  if (!parts.size) return '';
  const shown = names[scene?.scene ?? state.scene];
  if (!scene) return parts.has('scene') ? `There is no scene “${parts.get('scene').slice(0, 40)}”: this is ${shown}.` : `The link names no scene: this is ${shown}.`;
  const fields = ['scene', ...scene.fields.map(({ field }) => field)];
  const keys = [...new Set(parts.keys())];
  const strange = keys.filter((key) => !fields.includes(key)).map((key) => `“${key.slice(0, 40)}”`);
  const twice = keys.find((key) => fields.includes(key) && parts.getAll(key).length > 1);
  return [
    strange.length ? `${shown} has no ${strange.slice(0, 3).join(', ')}: that part of the link was left out.` : '',
    twice ? `The link says ${twice} more than once: the first is taken.` : '',
  ].filter(Boolean).join(' ');
}

/** Say it until something is changed. */
function sayOfLink(sentence) {
  $('link-fault').hidden = !sentence;
  $('link-fault').textContent = sentence;
}

function fromText(field, text) {
  if (field.kind === 'switch') return text === 'true';
  if (!['grid', 'kernels', 'row', 'matrix'].includes(field.kind) || (field.named && text in field.named) || /^[a-z][a-z:#\d-]*$/.test(text)) return text;
  const planes = text.split('|').map((plane) => plane.trim().split(';').map((row) => row.trim().split(/\s+/)));
  if (planes.length > 1) return planes;
  return field.kind === 'row' ? planes[0][0] : planes[0];
}

// Changes, undone and redone.

const copyOf = (value) => JSON.parse(JSON.stringify(value));

/** Change the state; changes with the same key that follow each other are undone as one. */
function change(how, key = '', fresh = false) {
  if (!key || key !== history.key) history.past.push(copyOf(state));
  history.past.splice(0, history.past.length - MOST_UNDONE);
  Object.assign(history, { future: [], key });
  sayOfLink('');
  how(state);
  follow(fresh);
}

function back(from, to) {
  if (!from.length) return;
  to.push(copyOf(state));
  const scene = state.scene;
  state = from.pop();
  history.key = '';
  follow(state.scene !== scene);
}

const undo = () => back(history.past, history.future);
const redo = () => back(history.future, history.past);

// The parts.

const form = new Form($('form'), () => state.given, (field, value, key) => change(() => {
  const same = JSON.stringify(value) === JSON.stringify(field.default);
  if (value === undefined || same) delete state.given[field.field];
  else state.given[field.field] = value;
}, key));
const preview = new Preview($('preview'), (made) => {
  Object.assign(known, made);
  showEstimate();
});
const gallery = new Gallery(scenes, (scene) => change(() => {
  const kept = Object.fromEntries(LOOK.filter((name) => name in state.given).map((name) => [name, state.given[name]]));
  Object.assign(state, { scene, given: kept, editing: null });
}, '', true), (scene) => {
  if (scene === state.scene) gallery.still(scene, $('waiting-still'));
  if (state.lesson.clips.some((clip) => clip.scene === scene)) lesson.show();
});
const lesson = new Lesson(() => state.lesson, (how, key) => change(() => how(state.lesson), key), edit,
  (scene, canvas) => gallery.still(scene, canvas), names, downloads);
const formats = new Formats($('formats'), downloads, showEstimate);
const making = new Making($('progress'), $('actions'), $('note'));
const makingLesson = new Making($('lesson-progress'), $('lesson-actions'), $('lesson-note'));
const wish = () => ({ scene: state.scene, given: state.given });

// What follows from a change.

let shownScene = null;
let timer = 0;
let checks = 0;

function follow(fresh = false) {
  if (shownScene !== state.scene) {
    shownScene = state.scene;
    form.build(described(state.scene));
    $('scene-name').textContent = described(state.scene).name;
    $('summary').textContent = described(state.scene).summary;
    document.title = `${described(state.scene).name} · cnnreel studio`;
    gallery.show(state.scene);
    gallery.still(state.scene, Object.assign($('waiting-still'), { width: 0 }));
    preview.clear();
    fresh = true;
  }
  form.update();
  showView();
  lesson.show();
  making.hide();
  $('undo').disabled = !history.past.length;
  $('redo').disabled = !history.future.length;
  globalThis.history.replaceState(null, '', inLink());
  remember.set('lesson', { lesson: state.lesson });
  checkSoon(fresh);
}

async function checkSoon(fresh) {
  const number = checks += 1;
  const changed = performance.now();
  clearTimeout(timer);
  try {
    const found = await ask('/api/check', wish());
    if (number !== checks) return;
    Object.assign(known, { faults: found.faults, shown: found.shown ?? known.shown });
  } catch (error) {
    if (number !== checks) return;
    known.faults = [{ field: '', cell: null, lead: '', sentence: error.message, remedies: [] }];
  }
  showFaults();
  if (known.faults.length) preview.stop();
  else timer = setTimeout(() => preview.film(wish(), names[state.scene], fresh), fresh ? 0 : PAUSE - (performance.now() - changed));
}

function showFaults() {
  const { faults } = known;
  form.faults(faults);
  const loose = faults.filter(({ field }) => !form.controls.has(field));
  $('loose-fault').hidden = !loose.length;
  $('loose-fault').textContent = loose.map(({ lead, sentence }) => `${lead} ${sentence}`.trim()).join(' ');
  const place = form.show(known.shown, faults.length > 0);
  place?.place.replaceChildren(...known.shown.map((one) => shownGrid(one, place.unknown)));
  const many = faults.length === 1 ? '1 fault to mend.' : `${faults.length} faults to mend.`;
  preview.said(faults.length ? 'Until then, this is your last film that worked.' : '', faults.length ? many : '');
  $('go').textContent = faults.length ? 'Go to the first fault' : `Download ${formats.name}`;
  $('add').disabled = faults.length > 0;
  if (faults.length) announce(`${faults[0].lead} ${faults[0].sentence}`);
  showEstimate();
}

function showEstimate() {
  if (known.faults.length) {
    $('estimate').textContent = `${known.faults.length === 1 ? '1 fault' : `${known.faults.length} faults`} to mend before you can download`;
    return;
  }
  $('go').textContent = `Download ${formats.name}`;
  const quick = ['lesson', 'command'].includes(formats.chosen);
  $('estimate').textContent = quick || !known.seconds ? '' : `ready in about ${inWords(expected(known.seconds, $('quality').value))}`;
}

function showView() {
  for (const view of ['film', 'lesson']) {
    $(`${view}-view`).hidden = state.view !== view;
    if (state.view === view) $(`to-${view}`).setAttribute('aria-current', 'page');
    else $(`to-${view}`).removeAttribute('aria-current');
  }
  document.documentElement.dataset.view = state.view;
  $('add').textContent = state.editing === null ? 'Add to lesson' : `Keep as film ${state.editing + 1}`;
}

const go = (view) => {
  state.view = view;
  showView();
  lesson.show();
};

function edit(at) {
  const clip = state.lesson.clips[at];
  change(() => Object.assign(state, { view: 'film', scene: clip.scene, given: copyOf({ ...clip.given, ...state.lesson.look }), editing: at }), '', true);
}

function addToLesson() {
  const { seconds, questions } = known;
  change(() => {
    const { clips } = state.lesson;
    const before = state.editing === null ? {} : clips[state.editing];
    const clip = { scene: state.scene, given: copyOf(state.given), chapter: before.chapter ?? names[state.scene], seconds, questions };
    if (!clips.length) state.lesson.look = Object.fromEntries(LOOK.filter((name) => name in state.given).map((name) => [name, state.given[name]]));
    clips.splice(state.editing ?? clips.length, state.editing === null ? 0 : 1, clip);
    state.editing = null;
  });
  announce('Added to the lesson.');
}

function download() {
  if (state.view === 'lesson') {
    if (!state.lesson.clips.length) return lesson.said('A lesson must have films: make one, and add it.');
    lesson.said('');
    return makingLesson.make(lesson.chosen, $('lesson-quality').value, state.lesson, lesson.seconds);
  }
  if (known.faults.length) return form.go(known.faults);
  return making.make(formats.chosen, $('quality').value, { ...wish(), chapter: names[state.scene] }, known.seconds);
}

function useTheme(next) {
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem('cnnreel-theme', next);
  } catch { /* a browser may not be allowed to remember */ }
  showTheme();
}

function showTheme() {
  $('theme-name').textContent = theme() === 'dark' ? 'Light page' : 'Dark page';
  gallery.useTheme();
  preview.useTheme();
}

// Buttons and keys.

for (const [id, act] of Object.entries({
  undo, redo, add: addToLesson, go: download, 'dock-go': download, 'lesson-go': download,
  'to-film': () => go('film'), 'to-lesson': () => go('lesson'), 'add-film': () => { state.editing = null; go('film'); },
  theme: () => useTheme(theme() === 'dark' ? 'light' : 'dark'),
})) $(id).addEventListener('click', act);

$('copy-link').addEventListener('click', async () => {
  const done = await copyText(location.href);
  $('copy-link').querySelector('span').textContent = done ? 'Link copied' : 'Copy it from the address bar';
  setTimeout(() => { $('copy-link').querySelector('span').textContent = 'Copy link'; }, 2500);
});
for (const id of ['quality', 'lesson-quality']) sizesInto($(id));
$('quality').addEventListener('change', showEstimate);
$('form').addEventListener('submit', (event) => event.preventDefault());

const WITH_CTRL = { z: undo, y: redo, s: () => lesson.save(), Enter: download };

document.addEventListener('keydown', (event) => {
  const inField = event.target.closest?.('input:not([type=checkbox], [type=radio]), select, textarea');
  if (event.ctrlKey || event.metaKey) {
    const act = event.key.toLowerCase() === 'z' && event.shiftKey ? redo : WITH_CTRL[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
    return;
  }
  if (inField || event.altKey || state.view !== 'film') return;
  if (event.key === '?') $('keys').togglePopover();
  else if (event.target === document.body && preview.press(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
});
addEventListener('hashchange', () => {
  if (inLink() !== location.hash && fromLink()) follow(true);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);

// It begins.

new EventSource(`/api/presence?page=${encodeURIComponent(me)}`);
if (!fromLink() && theme() === 'light') state.given.theme = 'light';
showTheme();
follow(true);
setTimeout(() => gallery.load(), 1500);
