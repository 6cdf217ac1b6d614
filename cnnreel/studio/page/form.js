// The form of a scene, made from what the server says of its fields. Every control gives texts or plain values.

import { ask, icon, inBase64, make, written } from '/files/common.js';
import { asPlanes, asValue, Cells, resized } from '/files/cells.js';

const GRIDS = ['grid', 'kernels', 'row', 'matrix'];
const CHOICES = { dark: 'Dark', light: 'Light', slow: 'Slow', normal: 'Normal', fast: 'Fast' };
const FILES = '.csv,.tsv,.txt,.json,.npy,.npz,.xlsx,.ods,image/*';

/** Return what a field is for people: `3 2` and `[3, 2]` are 3×2. */
const sizeText = (value) => (Array.isArray(value) ? value.flat().join('×') : String(value ?? ''));

export class Form {
  /**
   * @param place    the form's element
   * @param given    returns what was given of the scene that is shown
   * @param change   is called with a field, its value (undefined: as it is by default), and what it is merged under
   */
  constructor(place, given, change) {
    Object.assign(this, { place, given, change, controls: new Map() });
  }

  build(scene) {
    this.scene = scene;
    this.controls.clear();
    const often = scene.fields.filter(({ rare }) => !rare);
    const rare = scene.fields.filter((field) => field.rare);
    const rows = often.map((field) => this.#row(field));
    const first = rows.findIndex((_, at) => !GRIDS.includes(often[at].kind) && often[at].kind !== 'digit');
    rows[first]?.setAttribute('id', 'options');
    this.place.replaceChildren(...rows, ...(rare.length ? [make('details', {}, make('summary', { textContent: 'More options' }),
      ...rare.map((field) => this.#row(field)))] : []));
    this.update();
  }

  value(field) {
    const given = this.given();
    return field.field in given ? given[field.field] : field.default;
  }

  /** Show what is given now. */
  update() {
    for (const [, control] of this.controls) control.update?.();
  }

  #row(field) {
    const make_ = { grid: '#grid', kernels: '#grid', row: '#grid', matrix: '#grid' }[field.kind];
    const control = make_ ? this.#grid(field) : this.#plain(field);
    control.fault = make('div', { className: 'fault', id: `fault-${field.field}`, hidden: true });
    control.element.append(control.fault);
    control.element.dataset.field = field.field;
    this.controls.set(field.field, control);
    return control.element;
  }

  #label(field, of) {
    const words = [make('span', { className: 'label', textContent: field.label })];
    if (field.hint) words.push(make('span', { className: 'hint', textContent: field.hint }));
    return make(of ? 'label' : 'div', { className: 'words', ...(of ? { htmlFor: of } : {}) }, ...words);
  }

  #plain(field) {
    const kinds = { switch: this.#switch, choice: this.#choice, size: this.#stepper, padding: this.#stepper, whole: this.#stepper, digit: this.#digit, picture: this.#digit, path: this.#file };
    return (kinds[field.kind] ?? this.#text).call(this, field);
  }

  #switch(field) {
    const input = make('input', { type: 'checkbox', id: `of-${field.field}` });
    input.addEventListener('change', () => this.change(field, input.checked));
    return { element: make('div', { className: 'row' }, this.#label(field, input.id), input), target: input,
      update: () => { input.checked = Boolean(this.value(field)); } };
  }

  #choice(field) {
    const inputs = field.enum.map((value) => make('input', { type: 'radio', name: field.field, value, id: `of-${field.field}-${value}` }));
    const parts = inputs.map((input) => make('label', {}, input, make('span', { textContent: CHOICES[input.value] ?? input.value })));
    for (const input of inputs) input.addEventListener('change', () => this.change(field, input.value));
    const element = make('fieldset', { className: 'row' }, make('legend', { className: 'words' }, make('span', { className: 'label', textContent: field.label })),
      make('div', { className: 'choice' }, ...parts));
    return { element, target: inputs[0], update: () => inputs.forEach((input) => { input.checked = input.value === this.value(field); }) };
  }

  #stepper(field) {
    const input = make('input', { type: 'text', id: `of-${field.field}`, autocomplete: 'off', placeholder: field.optional ? 'auto' : '' });
    const least = field.minimum ?? (field.field === 'padding' ? 0 : 1);
    const give = (text, key) => {
      const plain = text.trim().replaceAll('×', ' ').replaceAll('x', ' ');
      if (!plain && field.optional) this.change(field, undefined, key);
      else this.change(field, /^-?\d+$/.test(plain) && field.kind !== 'padding' ? Number(plain) : plain, key);
    };
    const step = (by) => {
      const now = input.value.match(/-?\d+/g)?.map(Number) ?? [by > 0 ? least - 1 : least + 1];
      const next = now.map((number) => Math.max(least, Math.min(number + by, field.maximum ?? 12)));
      give(next.join(' '));
    };
    input.addEventListener('input', () => give(input.value, field.field));
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      step(event.key === 'ArrowUp' ? 1 : -1);
    });
    const button = (text, by, said) => make('button', { type: 'button', textContent: text, aria: { label: `${field.label}: ${said}` }, onclick: () => step(by) });
    const stepper = make('div', { className: 'stepper' }, button('−', -1, 'less'), input, button('+', 1, 'more'));
    return { element: make('div', { className: 'row' }, this.#label(field, input.id), stepper), target: input, box: stepper,
      update: () => { if (document.activeElement !== input) input.value = sizeText(this.value(field)); } };
  }

  #text(field) {
    const input = make('input', { type: 'text', id: `of-${field.field}`, maxLength: field.maxLength ?? 200, placeholder: field.optional ? 'as usual' : '' });
    if (field.kind === 'number') input.inputMode = 'decimal';
    input.addEventListener('input', () => {
      const text = field.kind === 'number' ? input.value.trim().replace('−', '-') : input.value;
      this.change(field, !text && field.optional ? undefined : text, field.field);
    });
    return { element: make('div', { className: 'row' }, this.#label(field, input.id), input), target: input,
      update: () => {
        const value = this.value(field);
        if (document.activeElement !== input) input.value = Array.isArray(value) ? value.join(', ') : value ?? '';
      } };
  }

  #digit(field) {
    const select = make('select', { id: `of-${field.field}` }, ...(field.optional ? [make('option', { value: '', textContent: field.kind === 'digit' ? 'the one that is most wrong' : 'as it comes' })] : []),
      ...Array.from({ length: 10 }, (_, digit) => make('option', { value: `mnist:${digit}`, textContent: `the first ${digit} of the test set` })));
    const other = make('option', { value: 'other' });
    select.addEventListener('change', () => { if (select.value !== 'other') this.change(field, select.value || undefined); });
    const open = (file) => this.#read(field, file);
    const element = make('div', { className: 'row' }, this.#label(field, select.id), make('div', { className: 'files' }, select, ...this.#openers(open, 'image/*', true)));
    this.#droppable(element, open);
    return { element, target: select, update: () => {
      const value = this.value(field) ?? '';
      const known = [...select.options].some((option) => option !== other && option.value === value);
      const number = String(value).match(/^mnist:#(\d+)$/);
      other.textContent = number ? `number ${Number(number[1]) + 1} of the test set` : String(value).split('/').pop().slice(0, 40);
      if (known) other.remove();
      else select.append(other);
      select.value = known ? value : 'other';
    } };
  }

  #file(field) {
    const name = make('span', { className: 'muted' });
    const open = (file) => this.#read(field, file);
    const [button] = this.#openers(open, '');
    const element = make('div', { className: 'row' }, this.#label(field), make('div', { className: 'files' }, name, button,
      make('button', { type: 'button', textContent: 'As it comes', onclick: () => this.change(field, undefined) })));
    this.#droppable(element, open);
    return { element, target: button, update: () => { name.textContent = String(this.given()[field.field] ?? '').split('/').pop(); } };
  }

  #openers(open, accept, camera = false) {
    const picker = (settings, label, name) => {
      const input = make('input', { type: 'file', hidden: true, ...settings });
      input.addEventListener('change', () => { if (input.files[0]) open(input.files[0]); input.value = ''; });
      return make('button', { type: 'button', className: 'framed', aria: { label }, title: label, onclick: () => input.click() }, icon(name), name === 'open' ? 'Open file' : '', input);
    };
    const shots = camera ? [picker({ accept: 'image/*', capture: 'environment' }, 'Take a photo', 'camera')] : [];
    return [picker({ accept }, 'Open file', 'open'), ...shots];
  }

  #droppable(element, open) {
    element.addEventListener('dragover', (event) => { event.preventDefault(); element.classList.add('over'); });
    element.addEventListener('dragleave', () => element.classList.remove('over'));
    element.addEventListener('drop', (event) => {
      event.preventDefault();
      element.classList.remove('over');
      if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
    });
  }

  /** Let the server read a file, and take what it holds. */
  async #read(field, file) {
    try {
      const body = { scene: this.scene.scene, field: field.field, name: file.name, content: await inBase64(file) };
      const { value, origin, readings } = await ask('/api/read', body);
      if (readings) {
        this.#ask(field, readings, (reading) => this.controls.get(field.field).cells.take(reading));
        return;
      }
      this.change(field, GRIDS.includes(field.kind) ? texts(value) : value);
      this.said(field, origin);
    } catch (error) {
      this.refuse(field, error.message);
    }
  }

  /** Say where numbers are from, below their grid, if there is more to say than that they were typed. */
  said(field, origin) {
    const { note } = this.controls.get(field.field);
    if (note) note.textContent = origin === 'rows' ? '' : `Read: ${origin}.`;
  }

  /** Ask which of two readings of a text is meant; the grid stays as it is until there is an answer. */
  #ask(field, readings, take) {
    const { fault, target } = this.controls.get(field.field);
    if (this.always !== undefined) return take(readings[this.always]);
    const always = make('input', { type: 'checkbox' });
    const close = () => {
      fault.hidden = true;
      target.focus();
    };
    const choose = (number) => {
      if (always.checked) this.always = number;
      close();
      take(readings[number]);
    };
    const card = (reading, number) => make('button', { type: 'button', className: 'framed reading', onclick: () => choose(number) },
      make('b', { textContent: ['A decimal comma', 'No decimal comma'][number] }),
      make('span', { className: 'rows-of', textContent: reading.replaceAll('\t', '  ') }), make('kbd', { textContent: number + 1 }));
    const box = make('div', { className: 'question' }, make('p', {}, make('b', { textContent: 'What are the commas?' })),
      make('div', { className: 'readings' }, ...readings.map(card)),
      make('div', { className: 'actions' }, make('label', {}, always, 'Always read it so'), make('span', { className: 'gap' }),
        make('button', { type: 'button', className: 'framed', onclick: close }, 'Keep old grid', make('kbd', { textContent: 'Esc' }))));
    box.addEventListener('keydown', (event) => {
      const act = { 1: () => choose(0), 2: () => choose(1), Escape: close }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
    fault.hidden = false;
    fault.replaceChildren(box);
    return box.querySelector('.reading').focus();
  }

  refuse(field, sentence) { this.#showFault(this.controls.get(field.field), [{ lead: '', sentence, remedies: [] }]); }

  #grid(field) {
    const cells = new Cells(field, this.scene.scene, (planes, key) => this.change(field, asValue(planes, axes), key), {
      said: (origin) => this.said(field, origin), refuse: (sentence) => this.refuse(field, sentence), ask: (readings, take) => this.#ask(field, readings, take),
    });
    let axes = [];
    const output = make('div', { className: 'outputs', hidden: true });
    const note = make('p', { className: 'hint' });
    const open = (file) => this.#read(field, file);
    const own = (value) => (typeof value === 'string' ? field.named?.[value] ?? [['0']] : value ?? [['0']]);
    const resize = (axis, by) => {
      const { planes } = cells;
      const size = [planes[0].length, planes[0][0].length, planes.length];
      size[axis] = Math.max(1, Math.min(size[axis] + by, axis === 2 ? 3 : 12));
      if (axis === 2 && !axes.includes('planes')) axes = ['planes'];
      if (size[2] === 1 && axes.length === 1 && axes[0] === 'planes') axes = [];
      this.change(field, asValue(resized(planes, ...size), axes));
    };
    const names = field.named && make('select', { aria: { label: field.label } }, make('option', { value: '', textContent: 'Own numbers' }),
      ...Object.keys(field.named).map((name) => make('option', { value: name, textContent: name.replaceAll('-', ' ') })));
    names?.addEventListener('change', () => this.change(field, names.value || texts(own(this.value(field)))));
    const added = field.optional && make('input', { type: 'checkbox', aria: { label: field.label } });
    if (added) added.addEventListener('change', () => this.change(field, added.checked ? ['0'] : undefined));
    const head = make('div', { className: 'row' }, this.#label(field), make('div', { className: 'files' }, added || null, names,
      ...(field.optional || names ? [] : this.#openers(open, FILES, field.kind === 'grid'))));
    const steppers = { row: ['Numbers'], kernels: ['Rows', 'Columns'], matrix: ['Rows', 'Columns'], grid: ['Rows', 'Columns', 'Channels'] }[field.kind];
    const sizes = steppers.map((name) => this.#counter(name, field, (by) => resize(name === 'Numbers' ? 1 : steppers.indexOf(name), by)));
    const body = make('div', { className: 'grid-body' }, make('div', { className: 'beside' }, cells.element, output), cells.touchKeys(), make('div', { className: 'counts' }, ...sizes.map(({ element }) => element)), note);
    const element = make('div', { className: `grid-field kind-${field.kind} of-${field.field}` }, head, body);
    this.#droppable(element, open);
    return { element, cells, output, note, target: { focus: () => cells.cell(0, 0, 0)?.focus() }, box: body, update: () => {
      const value = this.value(field);
      const absent = field.optional && (value === null || value === undefined);
      const found = asPlanes(own(value));
      if (!(found.planes.length === 1 && axes[0] === 'planes' && found.axes.length === 0)) axes = found.axes;
      body.hidden = absent;
      if (added) added.checked = !absent;
      if (names) names.value = typeof value === 'string' && value in field.named ? value : '';
      cells.show(found.planes);
      const size = [found.planes[0].length, found.planes[0][0].length, found.planes.length];
      sizes.forEach(({ count }, at) => { count.textContent = field.kind === 'row' ? size[1] : size[at]; });
    } };
  }

  #counter(name, field, step) {
    const count = make('output', {});
    const button = (text, by, said) => make('button', { type: 'button', textContent: text, aria: { label: `${field.label}, ${name.toLowerCase()}: ${said}` }, onclick: () => step(by) });
    return { count, element: make('div', { className: 'counter' }, make('span', { textContent: name }), make('div', { className: 'stepper' }, button('−', -1, 'less'), count, button('+', 1, 'more'))) };
  }

  /** Show every fault where it is, with what mends it. */
  faults(faults) {
    for (const [name, control] of this.controls) {
      const own = faults.filter(({ field }) => field === name);
      control.cells?.mark(own);
      control.box?.classList.toggle('wrong', own.some(({ cell }) => !cell));
      this.#showFault(control, own);
      if (own.length) control.element.closest('details')?.setAttribute('open', '');
    }
  }

  #showFault(control, own) {
    control.fault.hidden = !own.length;
    control.fault.replaceChildren(...own.slice(0, 3).flatMap(({ lead, sentence, remedies, cell }) => [
      make('p', {}, make('b', { textContent: lead ? `${lead} ` : '' }), sentence),
      ...(remedies.length ? [make('div', { className: 'remedies' }, ...remedies.map((remedy) => make('button', { type: 'button', className: 'framed',
        textContent: remedy.label, onclick: () => this.#mend(remedy, cell) })))] : []),
    ]));
  }

  #mend({ field, value }, cell) {
    const control = this.controls.get(field);
    const described = this.scene.fields.find((one) => one.field === field);
    if (cell && control.cells) return control.cells.put([[[value]]], cell.length > 2 ? cell.at(-3) : 0, cell.length > 1 ? cell.at(-2) : 0, cell.at(-1));
    return this.change(described, GRIDS.includes(described.kind) && Array.isArray(value) ? texts(value) : value);
  }

  /** Go to the first fault. */
  go(faults) {
    const { field, cell } = faults[0];
    const control = this.controls.get(field);
    if (cell && control?.cells) control.element.querySelector('[aria-invalid]')?.focus();
    else control?.target.focus();
  }

  /** Show what was computed beside the first grid; what is not known while something is wrong is a question mark. */
  show(shown, unknown) {
    const control = [...this.controls.values()].find(({ output }) => output);
    if (control) control.output.hidden = !shown.length;
    return control ? { place: control.output, unknown } : null;
  }
}

/** Return numbers as the texts that cells hold. */
export function texts(value) {
  return Array.isArray(value) ? value.map(texts) : written(value);
}
