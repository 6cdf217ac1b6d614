// What can be downloaded, how long that will take, and how far it is.

import { $, announce, ask, copyText, inWords, keepFile, keepText, look, make, remember } from '/files/common.js';

const FIRST = [['pptx', 'PowerPoint'], ['mp4', 'Film (MP4)'], ['gif', 'GIF'], ['scorm', 'Moodle (SCORM)'], ['page', 'Web page']];
const MORE = [['webm', 'WebM'], ['stills', 'Stills'], ['h5p', 'H5P'], ['revealjs', 'Slides (reveal.js)'], ['captions', 'Captions'], ['answers', 'Answer key'], ['lesson', 'Lesson file'], ['command', 'Command']];
const NAMES = Object.fromEntries([...FIRST, ...MORE]);
const USUAL = { low: 0.15, medium: 0.3, high: 0.7, '4k': 2.5 }; // seconds that a second of film takes
const SIDES = { low: '854 × 480', medium: '1280 × 720', high: '1920 × 1080', '4k': '3840 × 2160' };
const EVERY = 400; // milliseconds between two looks

export function sizesInto(select) {
  select.replaceChildren(...Object.entries(SIDES).map(([value, textContent]) => make('option', { value, textContent })));
  select.value = 'medium';
}

/** Return how long a download will take, from how long others took here. */
export function expected(seconds, quality) {
  return 2 + seconds * (remember.get('pace', {})[quality] ?? USUAL[quality]);
}

function learn(seconds, quality, took) {
  if (seconds > 0 && took > 2) remember.set('pace', { ...remember.get('pace', {}), [quality]: (took - 2) / seconds });
}

export class Formats {
  constructor(place, known, chosen) {
    this.chosen = 'pptx';
    const shown = (formats) => formats.filter(([kind]) => known.includes(kind));
    const more = make('div', { className: 'more', hidden: true }, ...shown(MORE).map((one) => this.#format(one, chosen)));
    const button = make('button', { type: 'button', className: 'more-button', textContent: 'More', aria: { expanded: 'false' } });
    button.addEventListener('click', () => {
      more.hidden = !more.hidden;
      button.setAttribute('aria-expanded', String(!more.hidden));
    });
    place.replaceChildren(...shown(FIRST).map((one) => this.#format(one, chosen)), button, more);
  }

  #format([kind, name], chosen) {
    const input = make('input', { type: 'radio', name: 'download', value: kind, checked: kind === this.chosen });
    input.addEventListener('change', () => {
      this.chosen = kind;
      chosen();
    });
    return make('label', { className: 'format' }, input, make('span', { textContent: name }));
  }

  get name() { return NAMES[this.chosen]; }
}

/** Make a download, and show how far it is where its button was. */
export class Making {
  #key = null;

  /**
   * @param place    where it is shown, in place of the actions while something is being made
   * @param actions  the button and what stands beside it
   * @param note     where it is said what became of it
   */
  constructor(place, actions, note) { Object.assign(this, { place, actions, note }); }

  /**
   * @param wish     a wish, or the clips of a lesson
   * @param seconds  how long the film is
   */
  async make(kind, quality, wish, seconds) {
    if (kind === 'lesson') return this.#text(await ask('/api/lesson/save', 'clips' in wish ? wish : { title: wish.chapter, clips: [wish] }));
    if (kind === 'command') return this.#command((await ask('/api/command', wish)).command);
    this.#show(`Making: ${NAMES[kind]}`, 0, inWords(expected(seconds, quality)));
    try {
      let state = await ask('/api/download', { ...wish, kind, quality });
      this.#key = state.key;
      const began = performance.now();
      while (!['ready', 'failed'].includes(state.state)) {
        await new Promise((resolve) => { setTimeout(resolve, EVERY); });
        state = await look(`/api/download/${state.key}`);
        this.#follow(kind, state, expected(seconds, quality) - (performance.now() - began) / 1000);
      }
      this.#end(kind, state);
      if (state.state === 'ready') learn(seconds, quality, (performance.now() - began) / 1000);
    } catch (error) {
      this.#say(error.message);
    } finally {
      this.#key = null;
      this.place.hidden = true;
      this.actions.hidden = false;
    }
    return null;
  }

  #follow(kind, state, left) {
    const rest = state.left ?? Math.max(left, 1);
    const which = state.count > 1 ? `Film ${state.number} of ${state.count}, ${state.clip}. You can go on working; finished films are kept.` : '';
    this.#show(state.state === 'waiting' ? 'Waiting for other films' : `Making: ${NAMES[kind]}`, state.fraction, inWords(rest), which);
  }

  #show(title, fraction, left, which = '') {
    if (!this.place.querySelector('progress')) {
      this.place.replaceChildren(make('p', {}, make('b', {}), make('span', { className: 'muted' })), make('progress', { max: 1, value: 0, aria: { label: 'Progress' } }),
        make('button', { type: 'button', className: 'framed', textContent: 'Cancel', onclick: () => this.#key && ask(`/api/download/${this.#key}/cancel`, {}) }), make('p', { className: 'which muted' }));
    }
    this.note.hidden = true;
    this.actions.hidden = true;
    this.place.hidden = false;
    this.place.querySelector('b').textContent = title;
    this.place.querySelector('span').textContent = ` ${left} left`;
    this.place.querySelector('progress').value = fraction;
    this.place.querySelector('.which').textContent = which;
  }

  #end(kind, state) {
    if (state.state === 'failed') return this.#say(state.error);
    const address = `/api/download/${state.key}/file`;
    keepFile(state.file, address);
    this.#say(`${state.file} is in your downloads (${size(state.size)}).`, make('a', { href: address, download: state.file, textContent: 'Once more' }));
    return null;
  }

  #text({ name, text }) {
    keepText(name, text);
    this.#say(`${name} is in your downloads.`);
  }

  async #command(command) {
    const copied = await copyText(command);
    this.#say(copied ? 'The command is copied:' : 'The command that makes the same film:', make('code', { textContent: command }));
  }

  #say(sentence, ...more) {
    this.note.hidden = false;
    this.note.replaceChildren(`${sentence} `, ...more);
    announce(sentence);
  }

  hide() { this.note.hidden = true; }
}

function size(bytes) {
  return bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
