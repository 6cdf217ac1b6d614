// Draws a film that is data (docs/film-format.md) into a canvas, at any time, in any size, in any of its themes.

/** Draw what is seen `time` seconds after the start. */
function draw(film, time, context, theme) {
  (film.painter ??= paintFilm(film))(time, context, theme);
}

/**
 * Return `(time, context, theme, view) => void`, which draws one film. What is at rest is worked out once.
 * A view is a part of a larger picture: how much larger, and where it begins, in pixels of the canvas.
 */
function paintFilm(film) {
  const HAIR = 1 / 512; // of a pixel: where two values meet in the middle of one, it is the second's
  const NUMBERS = /-?[\d.]+/g;
  const states = new Map();
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

  /** What a track says at a time: two keys and the share of the second, or null; and as of when, until when. */
  function look(track, at) {
    const keys = film.tracks[track];
    const index = last(keys, at);
    if (index < 0) return { keys: null, from: -Infinity, until: keys[0][0] };
    const from = keys[index];
    const to = keys[index + 1];
    if (!to || from[1] < 0) return { keys: [from, from, 0], from: from[0], until: to ? to[0] : Infinity };
    const easing = film.easings[from[1]];
    const place = (at - from[0]) / (to[0] - from[0]) * (easing.length - 1);
    const step = Math.min(Math.floor(place), easing.length - 2);
    const share = easing[step] + (easing[step + 1] - easing[step]) * (place - step);
    return { keys: [from, to, share], from: at, until: at };
  }

  const between = ([from, to, share]) => from.slice(2).map((value, i) => value + (to[i + 2] - value) * share);

  function memo(known, key, make) {
    if (!known.has(key)) known.set(key, make());
    return known.get(key);
  }

  function path([from, to, share]) {
    if (!share) return memo(paths, from[2], () => new Path2D(film.shapes[from[2]]));
    const goal = film.shapes[to[2]].match(NUMBERS);
    let i = 0;
    return new Path2D(film.shapes[from[2]].replace(NUMBERS, (value) => ` ${+value + (goal[i++] - value) * share}`));
  }

  const channels = (paint, column) =>
    [1, 3, 5].map((at) => parseInt(film.paints[paint][column].slice(at, at + 2), 16));

  /** A coat of paint: its colour, its opacity, and of a line its width. */
  function coat(keys, column) {
    const [from, to, share] = keys;
    const [, opacity, width] = between(keys);
    const goal = channels(to[2], column);
    const mixed = channels(from[2], column).map((value, i) => value + (goal[i] - value) * share);
    return { color: `rgb(${mixed})`, opacity, width };
  }

  /** The pixels of a picture, as a canvas's ImageData holds them. */
  function pixels({ width, height, values, rgb, ground, above, below }, column) {
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

  /** A canvas with a picture on it, or with one that fades into another, or appears over it pixel by pixel. */
  function picture([from, to, share], column) {
    const known = (key) => memo(pictures, `${key[2]} ${column}`, () => pixels(film.pictures[key[2]], column));
    let shown = known(from);
    if (share) {
      const goal = known(to);
      const when = film.pictures[to[2]].when && atob(film.pictures[to[2]].when);
      const part = (i) => (when ? when.charCodeAt(i >> 2) <= 254 * share + 0.5 : share);
      shown = shown.map((value, i) => value + (goal[i] - value) * part(i));
    }
    const { width, height } = film.pictures[from[2]];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d').putImageData(new ImageData(shown, width, height), 0, 0);
    return canvas;
  }

  function placed(keys, pose, zoom) {
    const [x, y, a = 1, b = a, c, d] = pose;
    const matrix = d === undefined ? [a, 0, 0, b, x, y] : [a, b, c, d, x, y];
    const outline = new Path2D();
    outline.addPath(path(keys), new DOMMatrix(matrix.map((value) => value * zoom)));
    return outline;
  }

  /** All that there is to draw of a sprite; what is at rest is kept. */
  function state(sprite, at, zoom, column) {
    const kept = states.get(sprite);
    if (kept && kept.from <= at && at < kept.until && kept.zoom === zoom && kept.column === column) return kept;
    const now = { zoom, column, from: -Infinity, until: Infinity };
    const see = (name) => {
      if (sprite[name] === undefined) return null;
      const { keys, from, until } = look(sprite[name], at);
      now.from = Math.max(now.from, from);
      now.until = Math.min(now.until, until);
      return keys;
    };
    const [pose, outline, image, fill, stroke, opacity] =
      ['pose', 'outline', 'picture', 'fill', 'stroke', 'opacity'].map(see);
    if (pose && outline) {
      now.fill = fill && coat(fill, column);
      now.stroke = stroke && coat(stroke, column);
      if (now.fill?.opacity || now.stroke?.opacity) now.outline = placed(outline, between(pose), zoom);
    } else if (pose && image) {
      const [x, y, across = 1, down = across] = between(pose);
      now.edges = [x, y, x + across, y + down].map((length) => Math.round(length * zoom));
      now.picture = picture(image, column);
      now.opacity = opacity ? between(opacity)[0] : 1;
    }
    states.set(sprite, now);
    return now;
  }

  function paint(sprite, { outline, fill, stroke, picture: image, edges, opacity }, zoom, context) {
    if (image) {
      const [left, top, right, bottom] = edges;
      context.globalAlpha = opacity;
      context.imageSmoothingEnabled = right - left < image.width;
      context.drawImage(image, left - HAIR, top - HAIR, right - left, bottom - top);
    }
    if (!outline) return;
    if (fill?.opacity) {
      context.globalAlpha = fill.opacity;
      context.fillStyle = fill.color;
      context.fill(outline);
    }
    if (stroke?.opacity && stroke.width) {
      context.globalAlpha = stroke.opacity;
      context.strokeStyle = stroke.color;
      context.lineWidth = stroke.width * zoom;
      context.lineJoin = sprite.join ?? 'miter';
      context.lineCap = sprite.cap ?? 'butt';
      context.stroke(outline);
    }
  }

  return (time, context, theme = film.theme, view = {}) => {
    const column = film.themes.indexOf(theme);
    const at = Math.min(time, film.duration) * film.rate;
    const { width, height } = context.canvas;
    const { left = 0, top = 0, zoom = width / film.size[0] } = view;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = film.paints[0][column];
    context.fillRect(0, 0, width, height);
    context.translate(-left, -top);
    const [, runs] = film.orders[Math.max(0, last(film.orders, at))];
    for (let run = 0; run < runs.length; run += 2) {
      for (let index = runs[run]; index <= runs[run + 1]; index++) {
        const sprite = film.sprites[index];
        paint(sprite, state(sprite, at, zoom, column), zoom, context);
      }
    }
  };
}
