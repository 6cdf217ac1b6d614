// A grid of cells: arrows, Tab and Enter move in it, pasted cells grow it. It knows texts alone; what they mean the server says.

import { ask, make, written } from '/files/common.js';

const MOST = 14;

/** Return a value as planes of rows of texts, and the axes that stand before the planes. */
export function asPlanes(value) {
  const axes = [];
  let planes = value;
  const depth = (one) => (Array.isArray(one) ? 1 + depth(one[0]) : 0);
  if (depth(value) === 1) return { planes: [[value.map(written)]], axes: ['row'] };
  if (depth(value) === 2) return { planes: [value.map((row) => row.map(written))], axes };
  while (depth(planes) > 3) {
    axes.push(planes[0].length);
    planes = planes.flat();
  }
  return { planes: planes.map((plane) => plane.map((row) => row.map(written))), axes: [...axes, 'planes'] };
}

/** Return planes as they came. */
export function asValue(planes, axes) {
  if (!axes.length && planes.length === 1) return planes[0];
  if (axes[0] === 'row') return planes[0];
  let value = planes;
  for (const length of axes.filter((axis) => axis !== 'planes').reverse()) {
    value = Array.from({ length: value.length / length }, (_, k) => value.slice(k * length, (k + 1) * length));
  }
  return value;
}

/** Give every row the same number of cells, and every plane the same number of rows. */
export function resized(planes, rows, columns, count = planes.length) {
  const cell = (k, i, j) => planes[Math.min(k, planes.length - 1)]?.[i]?.[j] ?? '0';
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: rows }, (__, i) => Array.from({ length: columns }, (___, j) => cell(k, i, j))));
}

export class Cells {
  /**
   * @param field    the form's description of the field
   * @param scene    whose field it is
   * @param changed  is called with the new planes, and with what they are merged under for undo
   * @param notes    says below the grid what was read, what cannot be read, and asks what was meant
   */
  constructor(field, scene, changed, notes) {
    Object.assign(this, { field, scene, changed, notes, planes: [], editing: false });
    this.element = make('div', { className: 'planes' });
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('input', ({ target }) => this.#typed(target));
    this.element.addEventListener('focusin', ({ target }) => this.#entered(target));
    this.element.addEventListener('paste', (event) => this.#paste(event));
  }

  /** What keyboards of phones lack: a sign, the next cell, the next row; for the cell that was written in last. */
  touchKeys() {
    const on = (act) => () => {
      const { k, i, j } = (this.last ?? this.cell(0, 0, 0)).dataset;
      act(this.cell(k, i, j), Number(k), Number(i), Number(j));
    };
    const to = (k, i, j) => (this.cell(k, i, j) ?? this.cell(k, i + 1, 0) ?? this.cell(k, 0, 0)).focus();
    const button = (text, act) => make('button', { type: 'button', className: 'framed', textContent: text, onclick: on(act) });
    return make('div', { className: 'touch' },
      button('± sign', (input) => this.#set(input, input.value.startsWith('−') ? input.value.slice(1) : `−${input.value.replace('-', '')}`)),
      button('Next →', (_, k, i, j) => to(k, i, j + 1)), button('Next row ↵', (_, k, i) => to(k, i + 1, 0)));
  }

  show(planes) {
    const shape = (all) => JSON.stringify(all.map((plane) => plane.map((row) => row.length)));
    const same = shape(planes) === shape(this.planes);
    this.planes = planes;
    if (!same) this.element.replaceChildren(...planes.map((plane, k) => this.#table(plane, k)));
    for (const input of this.element.querySelectorAll('input')) {
      const { k, i, j } = input.dataset;
      const text = planes[k][i][j];
      if (input.value !== text && !(input === document.activeElement && same && input.value.trim() === text)) input.value = text;
    }
    this.#tint();
  }

  /** Show which cells are at fault; the first of them can be gone to. */
  mark(faults) {
    for (const input of this.element.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
    for (const { cell } of faults) if (cell) this.cell(...this.#place(cell))?.setAttribute('aria-invalid', 'true');
  }

  #place(cell) {
    const [i, j] = cell.length > 1 ? cell.slice(-2) : [0, ...cell];
    return [cell.length > 2 ? cell.at(-3) : 0, i, j];
  }

  cell(k, i, j) { return this.element.querySelector(`input[data-k="${k}"][data-i="${i}"][data-j="${j}"]`); }

  #table(plane, k) {
    const name = this.planes.length > 1 ? `${this.field.label} ${k + 1}, ` : '';
    return make('table', { className: 'cells', aria: { role: 'grid', label: `${this.field.label} ${k + 1}` } },
      make('tbody', {}, ...plane.map((row, i) => make('tr', {}, ...row.map((_, j) => make('td', { aria: { role: 'gridcell' } },
        make('input', { type: 'text', inputMode: 'decimal', spellcheck: false, data: { k, i, j },
          aria: { label: `${name}row ${i + 1}, column ${j + 1}` } })))))));
  }

  #tint() {
    const number = (text) => Number(text.replace('−', '-'));
    const largest = Math.max(...this.planes.flat(2).map((text) => Math.abs(number(text)) || 0)) || 1;
    for (const input of this.element.querySelectorAll('input')) {
      const strength = (number(input.value) || 0) / largest;
      tint(input.parentElement, strength);
    }
  }

  #entered(input) {
    if (!input.matches('input')) return;
    this.editing = false;
    this.last = input;
    this.before = input.value;
    input.select();
  }

  #typed(input) {
    const { k, i, j } = input.dataset;
    this.planes = this.planes.map((plane) => plane.map((row) => [...row]));
    this.planes[k][i][j] = input.value.trim();
    this.#tint();
    this.changed(this.planes, `${this.field.field} ${k} ${i} ${j}`);
  }

  #set(input, text) {
    input.value = text;
    this.#typed(input);
  }

  #key(event) {
    const input = event.target;
    const { k, i, j } = Object.fromEntries(Object.entries(input.dataset).map(([name, at]) => [name, Number(at)]));
    const edge = event.ctrlKey || event.metaKey;
    const [rows, columns] = [this.planes[k].length, this.planes[k][0].length];
    const goals = {
      ArrowLeft: [i, edge ? 0 : j - 1], ArrowRight: [i, edge ? columns - 1 : j + 1],
      ArrowUp: [edge ? 0 : i - 1, j], ArrowDown: [edge ? rows - 1 : i + 1, j], Enter: [i + (event.shiftKey ? -1 : 1), j],
    };
    if (event.key === 'F2') this.editing = true;
    else if (event.key === 'Escape') this.#set(input, this.before);
    else if (event.key === 'Delete' && !this.editing) this.#set(input, '0');
    else if (event.key === 'Enter' && edge) return;
    else if (goals[event.key] && !(this.editing && event.key.startsWith('Arrow'))) {
      const [row, column] = goals[event.key];
      const next = this.cell(k, Math.max(0, Math.min(row, rows - 1)), Math.max(0, Math.min(column, columns - 1)));
      next.focus();
      next.select();
    } else return;
    if (event.key === 'F2' || event.key === 'Escape') input.setSelectionRange(input.value.length, input.value.length);
    event.preventDefault();
  }

  async #paste(event) {
    const text = event.clipboardData.getData('text/plain');
    if (!/\s\S|[[\](){};|]/.test(text.trim())) return;
    event.preventDefault();
    const { k, i, j } = event.target.dataset;
    this.take(text, Number(k), Number(i), Number(j));
  }

  /**
   * Take a text as the field reads it, from a cell on; where it can be read in two ways, that is asked first. A table
   * that cannot be read is taken cell by cell, so that faults stand where they are.
   */
  async take(text, k = 0, i = 0, j = 0) {
    const again = (reading) => this.take(reading, k, i, j);
    try {
      const { value, origin, readings } = await ask('/api/read', { scene: this.scene, field: this.field.field, text });
      if (readings) return this.notes.ask(readings, again);
      this.put(asPlanes(value).planes, k, i, j);
      return this.notes.said(origin);
    } catch (error) {
      if (!text.includes('\t')) return this.notes.refuse(error.message);
      const lines = text.replace(/[\r\n]+$/, '').split(/\r?\n/);
      return this.put([lines.map((line) => line.split('\t').map((cell) => cell.trim()))], k, i, j);
    }
  }

  /** Put planes in, from a cell on; the grid grows with them. All of the grid is replaced from its first cell on. */
  put(planes, k = 0, i = 0, j = 0) {
    const [rows, columns] = [planes[0].length, Math.max(...planes[0].map((row) => row.length))];
    const whole = i === 0 && j === 0 && (rows > 1 || columns > 1);
    const size = whole ? [rows, columns] : [Math.max(this.planes[0].length, i + rows), Math.max(this.planes[0][0].length, j + columns)];
    const goal = resized(this.planes, Math.min(size[0], MOST), Math.min(size[1], MOST), whole && planes.length > 1 ? planes.length : this.planes.length);
    planes.forEach((plane, c) => plane.forEach((row, r) => row.forEach((cell, s) => {
      if (goal[k + c]?.[i + r]?.[j + s] !== undefined) goal[k + c][i + r][j + s] = cell;
    })));
    this.changed(goal, `paste ${performance.now()}`);
  }
}

/** Give a cell the tint of its value. */
export function tint(cell, strength) {
  cell.style.setProperty('--strength', `${Math.round(100 * Math.min(1, Math.abs(strength)))}%`);
  cell.classList.toggle('negative', strength < 0);
}

/** Make a grid that can only be read: computed values. */
export function shownGrid({ name, planes, strengths }, unknown = false) {
  const [rows, columns] = [planes[0].length, planes[0][0].length];
  return make('figure', { className: 'shown', data: { name } },
    ...planes.map((plane, k) => make('table', { className: 'cells' }, make('tbody', {}, ...plane.map((row, i) => make('tr', {}, ...row.map((text, j) => {
      const cell = make('td', { textContent: unknown ? '?' : text });
      if (!unknown) tint(cell, strengths[k][i][j]);
      return cell;
    })))))),
    make('figcaption', { textContent: rows * columns > 1 ? `${name} ${rows}×${columns}` : name }));
}
