// The film, as its page shows it, in a frame; a new film takes the place of the old one at the same step, without a flash.

import { $, ask } from '/files/common.js';

export class Preview {
  #asked = null;
  #frame = null;
  #coming = null;

  /** @param ready  is called with what is known of a new film: its seconds, steps and questions */
  constructor(place, ready) { Object.assign(this, { place, ready }); }

  /** Ask for the film of a wish; one that was asked for before is no longer wanted. */
  async film(wish, title, fresh) {
    this.#asked?.abort();
    const asked = this.#asked = new AbortController();
    this.place.classList.add('busy');
    try {
      const made = await ask('/api/film', wish, asked.signal);
      if (asked.signal.aborted || !made.page) return;
      this.ready(made);
      this.#swap(made.page, title, fresh);
      this.said('');
    } catch (error) {
      if (asked.signal.aborted) return;
      this.said(error.message);
    }
    this.place.classList.remove('busy');
  }

  stop() {
    this.#asked?.abort();
    this.place.classList.remove('busy');
  }

  /** Wait for the film of another scene: the one that was here is not shown any more. */
  clear() {
    this.#frame?.remove();
    this.#coming?.remove();
    [this.#frame, this.#coming] = [null, null];
    $('waiting').hidden = false;
  }

  /** Say why the film is not the one of the numbers. */
  said(sentence, lead = '') {
    $('banner').hidden = !sentence;
    $('banner').replaceChildren(Object.assign(document.createElement('b'), { textContent: lead && `${lead} ` }), sentence);
    this.place.classList.toggle('old', Boolean(lead));
  }

  #swap(page, title, fresh) {
    const step = fresh ? null : this.step();
    this.#coming?.remove();
    const frame = this.#coming = Object.assign(document.createElement('iframe'), { src: page, title: `Film: ${title}`, allow: 'fullscreen; clipboard-write' });
    frame.addEventListener('load', () => this.#show(frame, step), { once: true });
    frame.classList.add('coming');
    this.place.append(frame);
  }

  #show(frame, step) {
    if (frame !== this.#coming) return;
    this.#frame?.remove();
    [this.#frame, this.#coming] = [frame, null];
    frame.classList.remove('coming');
    $('waiting').hidden = true;
    this.useTheme();
    frame.contentWindow.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey) document.dispatchEvent(new KeyboardEvent('keydown', event));
    });
    if (step !== null) this.#resume(step);
    this.place.classList.remove('busy');
  }

  /** Play from the start of a step on; who wants nothing to move gets its picture. */
  #resume(step) {
    const inside = this.#frame.contentDocument;
    const before = inside.querySelector(`[data-beat="${step - 1}"]`) ?? (step > 0 && [...inside.querySelectorAll('[data-beat]')].at(-2));
    if (before) before.click();
    inside.getElementById('play').click();
  }

  step() {
    const current = this.#frame?.contentDocument.querySelector('[data-beat][aria-current]');
    return Number(current?.dataset.beat ?? 0);
  }

  useTheme() {
    if (!this.#frame) return;
    this.#frame.contentDocument.documentElement.dataset.theme = getComputedStyle(document.documentElement).colorScheme;
  }

  /** Pass a key on to the film, as if it had the focus; tell whether it means anything. */
  press(key) {
    const stage = this.#frame?.contentDocument.getElementById('stage');
    return Boolean(stage) && !stage.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  }
}
