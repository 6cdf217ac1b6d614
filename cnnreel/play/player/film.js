// Draws a film (docs/film-format.md) as it looks at one instant: `draw(film, time, context, theme)`.

const prepared = new WeakMap(); // by film: outlines that were read, and pictures in each theme

/** What a track says at an instant: `share` of the way from one key to the next; false before its first key. */
let from, to, share;

function find({ tracks, easings }, track, time) {
  const keys = tracks[track];
  let low = 0;
  for (let high = keys.length; low < high;) {
    const middle = (low + high) >> 1;
    if (keys[middle][0] <= time) low = middle + 1;
    else high = middle;
  }
  if (!low) return false;
  from = keys[low - 1];
  to = keys[low] ?? from;
  share = from[1] < 0 || to === from ? 0 : eased(easings[from[1]], (time - from[0]) / (to[0] - from[0]));
  return true;
}

function eased(easing, way) {
  const at = way * (easing.length - 1);
  const i = Math.min(Math.floor(at), easing.length - 2);
  return easing[i] + (easing[i + 1] - easing[i]) * (at - i);
}

const between = (a, b) => a + (b - a) * share;

/** Return the value of the track that was found last. */
const value = (index) => (share ? between(from[index + 2], to[index + 2]) : from[index + 2]);

const channels = (paint) => [1, 3, 5].map((at) => parseInt(paint.slice(at, at + 2), 16));

/** Return a colour of the track that was found last. */
function paint({ paints }, theme) {
  const [first, second] = [paints[from[2]][theme], paints[to[2]][theme]];
  if (!share || first === second) return first;
  const other = channels(second);
  return `rgb(${channels(first).map((channel, index) => between(channel, other[index]))})`;
}

function matrix([, , x, y, a = 1, b = a, c, d]) {
  return d === undefined ? [a, 0, 0, b, x, y] : [a, b, c, d, x, y];
}

function pose() {
  const first = matrix(from);
  if (!share) return first;
  const second = matrix(to);
  return first.map((number, index) => between(number, second[index]));
}

/** Return the outline of the track that was found last. */
function outline({ shapes }, { paths, numbers }) {
  const [first, second] = [from[2], to[2]];
  if (!share || first === second) return (paths[first] ??= new Path2D(shapes[first]));
  const [start, end] = [first, second].map((shape) => (numbers[shape] ??= shapes[shape].match(/[a-z]|-?\d*\.?\d+/gi)));
  return new Path2D(start.map((part, index) => (part > 'A' ? part : between(+part, +end[index]))).join(' '));
}

function drawOutline(film, sprite, time, context, theme, zoom, ready) {
  if (!find(film, sprite.outline, time)) return;
  const path = outline(film, ready);
  if (!find(film, sprite.pose, time)) return;
  const at = pose();
  const [a, b, c, d] = at;
  const place = () => {
    context.setTransform(zoom, 0, 0, zoom, 0, 0);
    context.transform(...at);
  };
  if (sprite.fill !== undefined && find(film, sprite.fill, time) && value(1) > 0) {
    place();
    context.fillStyle = paint(film, theme);
    context.globalAlpha = Math.min(value(1), 1);
    context.fill(path);
  }
  if (sprite.stroke === undefined || !find(film, sprite.stroke, time) || !(value(1) > 0 && value(2) > 0)) return;
  context.strokeStyle = paint(film, theme);
  context.globalAlpha = Math.min(value(1), 1);
  context.lineJoin = sprite.join ?? 'miter';
  context.lineCap = sprite.cap ?? 'butt';
  context.lineWidth = value(2);
  if (a === d && a > 0 && !b && !c) {
    place();
    context.lineWidth /= a;
    context.stroke(path);
  } else { // the pose moves the line, but does not scale its width
    const placed = new Path2D();
    placed.addPath(path, new DOMMatrix(at));
    context.setTransform(zoom, 0, 0, zoom, 0, 0);
    context.stroke(placed);
  }
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Paint a picture in a theme, one pixel for each of its own. */
function develop({ paints }, { width, height, values, ground, above, below, rgb }, theme) {
  const data = bytes(values ?? rgb);
  const image = new ImageData(width, height);
  const [zero, most, least] = [ground, above, below].map((index) => index !== undefined && channels(paints[index][theme]));
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const level = values ? (data[pixel] - 128) / 127 : 0;
    for (let channel = 0; channel < 3; channel += 1) {
      image.data[4 * pixel + channel] = rgb ? data[3 * pixel + channel]
        : zero[channel] + ((level < 0 ? least : most)[channel] - zero[channel]) * Math.abs(level);
    }
    image.data[4 * pixel + 3] = 255;
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

function drawPicture(film, sprite, time, context, theme, zoom, ready) {
  if (!find(film, sprite.picture, time)) return;
  const index = from[2];
  if (!find(film, sprite.pose, time)) return;
  const [a, , , d, x, y] = pose().map((number) => number * zoom);
  const [left, top, right, bottom] = [x, y, x + a, y + d].map(Math.round);
  if (sprite.opacity !== undefined && !find(film, sprite.opacity, time)) return;
  const picture = (ready.pictures[[index, theme]] ??= develop(film, film.pictures[index], theme));
  context.globalAlpha = sprite.opacity === undefined ? 1 : Math.max(0, Math.min(value(0), 1));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.imageSmoothingEnabled = picture.width > right - left || picture.height > bottom - top;
  context.drawImage(picture, left, top, right - left, bottom - top);
}

/**
 * Draw a film over all of a canvas.
 *
 * `time` is in seconds from its start, `theme` one of its `themes`; the first of them is drawn in place of one that it has not.
 */
function draw(film, time, context, theme) {
  const { width, height } = context.canvas;
  const column = Math.max(0, film.themes.indexOf(theme));
  const at = time * film.rate;
  if (!prepared.has(film)) prepared.set(film, { paths: [], numbers: [], pictures: {} });
  const ready = prepared.get(film);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = film.paints[0][column];
  context.fillRect(0, 0, width, height);
  const runs = film.orders.findLast(([begins]) => begins <= at)?.[1] ?? [];
  for (let run = 0; run < runs.length; run += 2) {
    for (let index = runs[run]; index <= runs[run + 1]; index += 1) {
      const sprite = film.sprites[index];
      const drawn = sprite.picture === undefined ? drawOutline : drawPicture;
      drawn(film, sprite, at, context, column, width / film.size[0], ready);
    }
  }
}
