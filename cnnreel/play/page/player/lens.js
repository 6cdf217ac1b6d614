// Over a number that is too small to read, such as on a phone, a lens.

const READABLE = 11; // pixels
const LARGE = 24; // pixels

/** Show the surroundings of a number enlarged, in the half of the picture in which it is not; of none, nothing. */
function magnify(spot) {
  const size = spot ? Math.round(parseFloat(getComputedStyle(spot).fontSize)) : READABLE;
  const lens = $('lens');
  lens.hidden = size >= READABLE;
  if (lens.hidden) return;
  const [frame, box] = [$('frame'), spot].map((element) => element.getBoundingClientRect());
  const [x, y] = [(box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top];
  lens.classList.toggle('below', y < frame.height / 2);
  const larger = LARGE / size;
  const start = (middle, seen, whole) => Math.max(0, Math.min(middle * larger - seen / 2, whole * larger - seen));
  paint(lens, film.time, {
    zoom: (larger * $('film').width) / parts[film.beat.part].film.size[0],
    left: start(x, lens.clientWidth, frame.width) * devicePixelRatio,
    top: start(y, lens.clientHeight, frame.height) * devicePixelRatio,
  });
}
