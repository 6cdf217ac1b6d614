// The handout: each of its pictures is drawn, in ink on paper, when it is wanted.

const sheets = [...document.querySelectorAll('.handout canvas')];
const SHARP = 800; // pixels across half a page

function drawHandout() {
  for (const sheet of sheets) {
    const { part } = beats[sheet.dataset.still];
    if (!parts[part]) continue;
    const { film: { size: [width, height] } } = parts[part];
    Object.assign(sheet, { width: SHARP, height: (SHARP * height) / width });
    draw(parts[part].film, lastMoment(sheet.dataset.still) - page.starts[part], sheet.getContext('2d'), 'light');
  }
}

function clearHandout() {
  for (const sheet of sheets) sheet.width = 0;
}

$('print').addEventListener('click', async () => {
  await unpacked;
  window.print();
});
addEventListener('beforeprint', drawHandout);
addEventListener('afterprint', clearHandout);
