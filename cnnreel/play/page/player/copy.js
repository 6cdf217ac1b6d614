// Copy the array behind a number, in full precision.

const flat = (nested) => (Array.isArray(nested?.[0]) ? nested : [nested]);

/** Return an array as lines of commas; grids of more than two axes one below the other. */
function asCsv(nested) {
  if (Array.isArray(nested[0]?.[0])) return nested.map(asCsv).join('\n\n');
  return flat(nested).map((row) => row.join(',')).join('\n');
}

const FORMATS = {
  Python: (name, nested) => `import numpy as np\n\n${name.replace(/\W+/g, '_')} = np.array(${JSON.stringify(nested)}, dtype=float)\n`,
  CSV: (name, nested) => `${asCsv(nested)}\n`,
  JSON: (name, nested) => `${JSON.stringify(nested)}\n`,
};

function copyButtons(arrays, name) {
  if (!arrays[name]) return [];
  const buttons = Object.keys(FORMATS).map((format) => make('button', {
    type: 'button', textContent: format, onclick: () => copy(name, format, FORMATS[format](name, arrays[name])),
  }));
  return [make('p', { className: 'copy' }, `${fill(words.copy, { array: name })} `, ...buttons)];
}

async function copy(array, format, text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(fill(words.copied, { array, format }));
  } catch {
    announce(copyByHand(text) ? fill(words.copied, { array, format }) : words.not_copied);
  }
  $('inside').dataset.message = $('message').textContent;
}

/** Copy where the page has no right to the clipboard: through a field that is selected. */
function copyByHand(text) {
  const field = make('textarea', { value: text, className: 'unseen' });
  const { activeElement } = document;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  activeElement?.focus();
  return done;
}
