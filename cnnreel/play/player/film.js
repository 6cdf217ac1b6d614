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
  const outlines = new Map();
  const easel = document.createElement('canvas');

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

  /** The pixels of a picture, as a canvas's ImageData holds them. */
  function pixels(index, column) {
    const key = `${index} ${column}`;
    if (!pictures.has(key)) pictures.set(key, unpacked(film.pictures[index], column));
    return pictures.get(key);
  }

  function unpacked({ width, height, values, rgb, ground, above, below }, column) {
    const { data } = new ImageData(width, height);
    const bytes = atob(values ?? rgb);
    const [start, high, low] = rgb ? [] : [ground, above, below].map((paint) => channels(paint, column));
    for (let i = 0; i < width * height; i++) {
      const value = rgb ? 0 : (bytes.charCodeAt(i) - 128) / 127;
      for (let c = 0; c < 3; c++) {
        data[4 * i + c] = rgb ? bytes.charCodeAt(3 * i + c)
          : Math.round(start[c] + Math.abs(value) * ((value < 0 ? low : high)[c] - start[c]));
      }
      data[4 * i + 3] = 255;
    }
    return data;
  }

  /** The pixels of a picture that appears over another one, or fades into it. */
  function composed([from, to, share], column) {
    const before = pixels(from[2], column);
    if (!share) return before;
    const now = pixels(to[2], column);
    const { when } = film.pictures[to[2]];
    if (!when) return before.map((value, i) => value + (now[i] - value) * share);
    const bytes = atob(when);
    return before.map((value, i) => (bytes.charCodeAt(i >> 2) <= 254 * share + 0.5 ? now[i] : value));
  }

  function drawPicture(sprite, at, context, zoom, column) {
    const [x, y, across = 1, down = across] = between(look(sprite.pose, at));
    const [left, top, right, bottom] = [x, y, x + across, y + down].map((length) => Math.round(length * zoom));
    const keys = look(sprite.picture, at);
    const { width, height } = film.pictures[keys[0][2]];
    Object.assign(easel, { width, height });
    easel.getContext('2d').putImageData(new ImageData(composed(keys, column), width, height), 0, 0);
    context.globalAlpha = sprite.opacity === undefined ? 1 : between(look(sprite.opacity, at))[0];
    context.imageSmoothingEnabled = right - left < width;
    context.drawImage(easel, left, top, right - left, bottom - top);
  }

  /** A sprite's outline where it stands; what is at rest keeps it. */
  function placed(sprite, at, zoom) {
    const pose = look(sprite.pose, at);
    const shape = look(sprite.outline, at);
    const rests = !pose[2] && !shape[2];
    const kept = outlines.get(sprite);
    if (rests && kept?.pose === pose[0] && kept.shape === shape[0] && kept.zoom === zoom) return kept.outline;
    const [x, y, a = 1, b = a, c, d] = between(pose);
    const matrix = d === undefined ? [a, 0, 0, b, x, y] : [a, b, c, d, x, y];
    const outline = new Path2D();
    outline.addPath(path(shape), new DOMMatrix(matrix.map((value) => value * zoom)));
    if (rests) outlines.set(sprite, { pose: pose[0], shape: shape[0], zoom, outline });
    return outline;
  }

  function drawOutline(sprite, at, context, zoom, column) {
    const fill = sprite.fill !== undefined && look(sprite.fill, at);
    const stroke = sprite.stroke !== undefined && look(sprite.stroke, at);
    const shown = fill && between(fill)[1];
    if (shown) {
      context.globalAlpha = shown;
      context.fillStyle = color(fill, column);
      context.fill(placed(sprite, at, zoom));
    }
    const [, opacity, width] = stroke ? between(stroke) : [];
    if (opacity && width) {
      context.globalAlpha = opacity;
      context.strokeStyle = color(stroke, column);
      context.lineWidth = width * zoom;
      context.lineJoin = sprite.join ?? 'miter';
      context.lineCap = sprite.cap ?? 'butt';
      context.stroke(placed(sprite, at, zoom));
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
