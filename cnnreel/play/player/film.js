// Draws a film that is data (docs/film-format.md) into a canvas, at any time, in any size, in any of its themes.

/** Draw what is seen `time` seconds after the start. Whoever draws often keeps one `paintFilm(film)`. */
function draw(film, time, context, theme) {
  (film.painter ??= paintFilm(film))(time, context, theme);
}

/** Return `(time, context, theme) => void`, which draws one film. */
function paintFilm(film) {
  const numbers = /-?[\d.]+/g;
  const paths = new Map();
  const pictures = new Map();

  /** The last place in a sorted list of [time, ...] that is not after a time; -1 before the first. */
  function last(list, at) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle][0] <= at) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  /** A track's two keys around a time, and the share of the way between them; null before the first. */
  function look(track, at) {
    const keys = film.tracks[track];
    const index = last(keys, at);
    if (index < 0) return null;
    const from = keys[index];
    const to = keys[index + 1];
    if (!to || from[1] < 0) return [from, from, 0];
    const easing = film.easings[from[1]];
    const place = (at - from[0]) / (to[0] - from[0]) * (easing.length - 1);
    const step = Math.min(Math.floor(place), easing.length - 2);
    return [from, to, easing[step] + (easing[step + 1] - easing[step]) * (place - step)];
  }

  const between = ([from, to, share]) => from.slice(2).map((value, i) => value + (to[i + 2] - value) * share);

  function path([from, to, share]) {
    if (share) {
      const goal = film.shapes[to[2]].match(numbers);
      let i = 0;
      return new Path2D(film.shapes[from[2]].replace(numbers, (value) => ` ${+value + (goal[i++] - value) * share}`));
    }
    if (!paths.has(from[2])) paths.set(from[2], new Path2D(film.shapes[from[2]]));
    return paths.get(from[2]);
  }

  const channels = (paint, column) =>
    [1, 3, 5].map((at) => parseInt(film.paints[paint][column].slice(at, at + 2), 16));

  function mixed(from, to, share, column) {
    const goal = channels(to, column);
    return `rgb(${channels(from, column).map((value, i) => value + (goal[i] - value) * share)})`;
  }

  const color = ([from, to, share], column) =>
    share && from[2] !== to[2] ? mixed(from[2], to[2], share, column) : film.paints[from[2]][column];

  /** A picture as a canvas of its own pixels. */
  function picture(index, column) {
    const key = `${index} ${column}`;
    if (!pictures.has(key)) pictures.set(key, painted(film.pictures[index], column));
    return pictures.get(key);
  }

  function painted({ width, height, values, rgb, ground, above, below }, column) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const image = new ImageData(width, height);
    const bytes = atob(values ?? rgb);
    const [start, high, low] = rgb ? [] : [ground, above, below].map((paint) => channels(paint, column));
    for (let i = 0; i < width * height; i++) {
      const value = rgb ? 0 : (bytes.charCodeAt(i) - 128) / 127;
      for (let c = 0; c < 3; c++) {
        image.data[4 * i + c] = rgb ? bytes.charCodeAt(3 * i + c)
          : Math.round(start[c] + Math.abs(value) * ((value < 0 ? low : high)[c] - start[c]));
      }
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext('2d').putImageData(image, 0, 0);
    return canvas;
  }

  function drawPicture(sprite, at, context, zoom, column) {
    const [x, y, across = 1, down = across] = between(look(sprite.pose, at));
    const [left, top, right, bottom] = [x, y, x + across, y + down].map((length) => Math.round(length * zoom));
    const image = picture(look(sprite.picture, at)[0][2], column);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = sprite.opacity === undefined ? 1 : between(look(sprite.opacity, at))[0];
    context.imageSmoothingEnabled = right - left < image.width;
    context.drawImage(image, left, top, right - left, bottom - top);
  }

  function drawOutline(sprite, at, context, zoom, column) {
    const [x, y, a = 1, b = a, c, d] = between(look(sprite.pose, at));
    const pose = d === undefined ? [a, 0, 0, b] : [a, b, c, d];
    const outline = new Path2D();
    outline.addPath(path(look(sprite.outline, at)), new DOMMatrix([...pose, x, y].map((value) => value * zoom)));
    const fill = sprite.fill !== undefined && look(sprite.fill, at);
    const stroke = sprite.stroke !== undefined && look(sprite.stroke, at);
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (fill && (context.globalAlpha = between(fill)[1])) {
      context.fillStyle = color(fill, column);
      context.fill(outline);
    }
    if (!stroke) return;
    const [, opacity, width] = between(stroke);
    if (opacity && width) {
      context.globalAlpha = opacity;
      context.strokeStyle = color(stroke, column);
      context.lineWidth = width * zoom;
      context.lineJoin = sprite.join ?? 'miter';
      context.lineCap = sprite.cap ?? 'butt';
      context.stroke(outline);
    }
  }

  return (time, context, theme = film.theme) => {
    const column = film.themes.indexOf(theme);
    const at = Math.min(time, film.duration) * film.rate;
    const { width, height } = context.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = film.paints[0][column];
    context.fillRect(0, 0, width, height);
    const [, runs] = film.orders[Math.max(0, last(film.orders, at))];
    for (let run = 0; run < runs.length; run += 2) {
      for (let index = runs[run]; index <= runs[run + 1]; index++) {
        const sprite = film.sprites[index];
        if (!look(sprite.pose, at)) continue;
        (sprite.picture === undefined ? drawOutline : drawPicture)(sprite, at, context, width / film.size[0], column);
      }
    }
  };
}
