// The film, as its page shows it, in a frame; a new film takes the place of the old one at the same step, without a flash.

import { $, Refusal, askInTurn } from '/files/common.js';

export class Preview {
  #asked = null;
  #frame = null;
  #coming = null;

  /** @param ready  is called with what is known of a new film: its seconds, steps and questions */
  constructor(place, ready) { Object.assign(this, { place, ready }); }

  /**
   * Ask for the film of a wish; one that was asked for before is no longer wanted. Unless it is fresh, it plays from the step
   * that was shown: first what there is of it, and then, from the same moment on, all of it.
   */
  async film(wish, title, fresh) {
    this.#asked?.abort();
    const asked = this.#asked = new AbortController();
    this.place.classList.add('busy');
    const step = fresh ? null : this.step();
    let [begun, touched] = [null, false];
    try {
      await askInTurn('/api/film', { ...wish, step }, asked.signal, (made) => {
        if (made.error) throw new Refusal(500, made.error);
        if (asked.signal.aborted || !made.page) return;
        const frame = this.#swap(made.page, title, (inside) => {
          if (begun && begun === this.#frame) goOn(begun.contentDocument, inside, touched);
          else if (step !== null) playFrom(inside, step);
          for (const touch of ['pointerdown', 'keydown']) inside.addEventListener(touch, () => { touched = true; });
          if (!made.begun) this.place.classList.remove('busy');
        });
        if (made.begun) begun = frame;
        else this.ready(made);
        this.said('');
      });
    } catch (error) {
      if (asked.signal.aborted) return;
      this.said(error.message);
      this.place.classList.remove('busy');
    }
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

  #swap(page, title, begin) {
    this.#coming?.remove();
    const frame = this.#coming = Object.assign(document.createElement('iframe'), { src: page, title: `Film: ${title}`, allow: 'fullscreen; clipboard-write' });
    frame.addEventListener('load', () => this.#show(frame, begin), { once: true });
    frame.classList.add('coming');
    this.place.append(frame);
    return frame;
  }

  #show(frame, begin) {
    if (frame !== this.#coming) return;
    begin(frame.contentDocument);
    this.#frame?.remove();
    [this.#frame, this.#coming] = [frame, null];
    frame.classList.remove('coming');
    $('waiting').hidden = true;
    this.useTheme();
    frame.contentWindow.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey) document.dispatchEvent(new KeyboardEvent('keydown', event));
    });
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

/** Play from the start of a step on; where nothing is to move, show it. */
function playFrom(inside, step) {
  const links = [...inside.querySelectorAll('[data-beat]')];
  const play = inside.getElementById('play');
  const at = Math.min(step, links.length - 1);
  links[play.disabled ? at : at - 1]?.click();
  play.click();
}

/** Go on where another page is that plays the begin of the same film; unless it was touched, it has waited if that was over. */
function goOn(before, inside, touched) {
  const [[shown, played], [seek, play]] = [before, inside].map((page) => [page.getElementById('seek'), page.getElementById('play')]);
  seek.value = shown.value;
  seek.dispatchEvent(new Event('input'));
  const over = !touched && Number(shown.value) > Number(shown.max) - 0.1;
  if (over || played.ariaLabel !== play.ariaLabel) play.click();
}
