// What all parts of the page share: elements, texts of numbers, and the server.

export const $ = (id) => document.getElementById(id);
export const me = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);

/** Make an element; texts are set as texts, never as HTML. */
export function make(tag, properties = {}, ...children) {
  const { data = {}, aria = {}, ...own } = properties;
  const element = Object.assign(document.createElement(tag), own);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name === 'role' ? name : `aria-${name}`, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `/files/icons.svg#${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/** Say something to those who listen instead of looking. */
export function announce(text) { $('message').textContent = text; }

/** Write a number as people do, with a true minus. */
export const written = (value) => String(value).replace('-', '−');

export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

export function inWords(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** What the server said, with its status. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answered(response) {
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, found.error ?? 'The studio did not understand that.');
  return found;
}

const post = (path, body, signal) => fetch(path, {
  method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Studio-Page': me }, body: JSON.stringify(body), signal,
});

export const ask = (path, body, signal) => unlessGone(async () => answered(await post(path, body, signal)));

/** Ask for what comes line by line, and take each line as it comes. */
export const askInTurn = (path, body, signal, take) => unlessGone(async () => {
  const response = await post(path, body, signal);
  if (!response.ok) return answered(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n');
    rest = lines.pop();
    lines.map(JSON.parse).forEach(take);
  }
  return take(JSON.parse(rest));
});

async function unlessGone(act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(0, 'The studio has ended. Start it again, and reload this page.');
    throw error;
  }
}

export const look = async (path) => answered(await fetch(path));

/** Let the browser keep a file. */
export function keepFile(name, href) {
  const link = make('a', { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

export function keepText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  keepFile(name, address);
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Return a file in base64. */
export async function inBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export const remember = {
  get(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`studio-${name}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`studio-${name}`, JSON.stringify(value));
    } catch { /* a browser may not be allowed to remember */ }
  },
};
