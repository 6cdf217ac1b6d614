// The scenes, each with a film of its own that plays while it is pointed at.

import { $, look, make } from '/files/common.js';

const GROUPS = ['One operation', 'A whole network', 'Learning', 'Around it'];
const AHEAD = 3; // films that are loaded at once

export class Gallery {
  #films = new Map();
  #waiting = [];
  #loading = 0;

  /**
   * @param choose  is called with the name of a scene that was chosen
   * @param loaded  is called when the film of a scene is there
   */
  constructor(scenes, choose, loaded) {
    Object.assign(this, { scenes, loaded });
    const groups = grouped(scenes);
    $('gallery').replaceChildren(...groups.flatMap(([group, own]) => [
      make('h2', { textContent: group }),
      make('ul', {}, ...own.map((scene) => make('li', {}, this.#button(scene, choose)))),
    ]));
    $('scene-select').replaceChildren(...groups.map(([group, own]) =>
      make('optgroup', { label: group }, ...own.map(({ scene, name }) => make('option', { value: scene, textContent: name })))));
    $('scene-select').addEventListener('change', () => choose($('scene-select').value));
  }

  #button(scene, choose) {
    const canvas = make('canvas', { width: 0, height: 0, aria: { hidden: 'true' } });
    const button = make('button', { type: 'button', data: { scene: scene.scene }, title: scene.summary, onclick: () => choose(scene.scene) }, canvas, make('span', { textContent: scene.name }));
    button.addEventListener('pointerenter', () => this.#play(scene.scene, canvas, true));
    button.addEventListener('focus', () => this.#play(scene.scene, canvas, true));
    for (const over of ['pointerleave', 'blur']) button.addEventListener(over, () => this.#play(scene.scene, canvas, false));
    return button;
  }

  /** Load all films, some at once; what is played here waits until nobody else wants the stage. */
  load() {
    this.#waiting = [...document.querySelectorAll('#gallery canvas')];
    while (this.#loading < AHEAD && this.#waiting.length) this.#next();
  }

  async #next() {
    const canvas = this.#waiting.shift();
    if (!canvas) return;
    this.#loading += 1;
    const { scene } = canvas.parentElement.dataset;
    try {
      const film = await look(`/thumb/${scene}`);
      const [width, height] = film.size;
      const projector = new Projector(canvas, [0], () => film.duration, () => {
        if (projector.time >= film.duration) projector.seek(0);
      });
      projector.speed = 2;
      projector.instant = film.beats.at(-1).end - 0.005;
      projector.load(0, film);
      canvas.style.aspectRatio = `${width} / ${height}`;
      this.#films.set(scene, projector);
      this.useTheme();
      this.loaded(scene);
    } catch (error) {
      if (error.status === 503) this.#waiting.push(canvas);
      await new Promise((resolve) => { setTimeout(resolve, 2000); });
    }
    this.#loading -= 1;
    this.#next();
  }

  #play(scene, canvas, playing) {
    const projector = this.#films.get(scene);
    if (!projector || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    if (playing) {
      projector.seek(0);
      projector.play();
    } else {
      projector.pause();
      projector.instant = projector.films[0].beats.at(-1).end - 0.005;
      projector.redraw();
    }
  }

  /** Draw a still of a scene's film into another canvas. */
  still(scene, canvas) {
    const film = this.#films.get(scene)?.films[0];
    if (!film) return;
    Object.assign(canvas, { width: 500, height: (500 * film.size[1]) / film.size[0] });
    draw(film, film.beats.at(-1).end - 0.005, canvas.getContext('2d'), getComputedStyle(document.documentElement).colorScheme);
  }

  useTheme() {
    for (const projector of this.#films.values()) {
      projector.theme = getComputedStyle(document.documentElement).colorScheme;
      projector.redraw();
    }
  }

  show(scene) {
    for (const button of document.querySelectorAll('#gallery button')) {
      if (button.dataset.scene === scene) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
    $('scene-select').value = scene;
  }
}

function grouped(scenes) {
  const groups = new Map();
  for (const group of GROUPS) groups.set(group, []);
  for (const scene of scenes) groups.set(scene.group, [...(groups.get(scene.group) ?? []), scene]);
  return [...groups].filter(([, own]) => own.length);
}
