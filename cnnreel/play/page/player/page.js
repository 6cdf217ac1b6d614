// What all parts share: the data of the page, its elements, and who is told when the beat changes.

const page = JSON.parse(document.getElementById('data').textContent);
const { beats, words } = page;
const $ = (id) => document.getElementById(id);

/** Put values into a text such as "Step {number} of {count}". */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Make an element; texts are set as texts, never as HTML. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Say something to those who listen instead of looking. */
function announce(text) {
  $('message').textContent = text;
}

const listeners = { beat: [], time: [], rest: [], wait: [], end: [], theme: [] };

/**
 * Call a function when the beat changes, as time goes by, when the picture comes to rest or moves on, when the film waits
 * for an answer, at its end, or when the colours change.
 */
function on(event, listener) {
  listeners[event].push(listener);
}

function tell(event, ...details) {
  for (const listener of listeners[event]) listener(...details);
}
