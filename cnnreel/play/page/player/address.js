// The address says where the film is: `#t=90.6`, in a lesson `#max-pool` and `#max-pool&t=12`.

const BETWEEN = 500; // milliseconds from one change of the address to the next: browsers refuse many
const LEAVING = 5000; // milliseconds in which the address of the next page is not touched: Firefox would not go there

/** Return what leads to a time. */
function addressOf(time) {
  const part = projector.part(time + ROUNDING);
  const seconds = Math.max(0, Number((time - page.starts[part]).toFixed(3)));
  const name = page.names.length > 1 && page.names[part];
  return `#${[name, (seconds || !name) && `t=${seconds}`].filter(Boolean).join('&')}`;
}

/** Return the time that an address leads to; undefined where it is no such address. */
function timeOf(address) {
  const given = address.slice(1).split('&');
  const part = page.names.indexOf(given[0]);
  const seconds = given.find((one) => /^t=\d+(\.\d+)?$/.test(one))?.slice(2);
  if (part < 0 && !seconds) return undefined;
  return Math.min((page.starts[part] ?? 0) + Number(seconds ?? 0), page.duration);
}

function visit() {
  const time = timeOf(location.hash);
  if (time === undefined) return;
  film.pause();
  film.seek(time);
}

let told = film.time;
let writing = 0;

function rest(milliseconds) {
  clearTimeout(writing);
  writing = setTimeout(() => {
    writing = 0;
    follow();
  }, milliseconds);
}

/** Let the address follow, now or soon. */
function follow() {
  if (writing || film.time === told) return;
  told = film.time;
  try {
    history.replaceState(history.state, '', addressOf(told));
  } catch { /* a page inside another may have no address of its own */ }
  rest(BETWEEN);
}

for (const link of said) link.href = addressOf(beats[link.dataset.beat].start);
for (const link of chapterLinks) link.href = addressOf(Number(link.dataset.start));
visit();
for (const event of ['beat', 'time', 'rest']) on(event, follow);
addEventListener('hashchange', visit);
addEventListener('beforeunload', () => rest(LEAVING));
