// In full screen, and on a phone that lies on its side, the film fills the screen: what is said and the controls lie over it.

const IDLE = 2500; // milliseconds without a touch after which the controls go out of the way
const lying = matchMedia('(orientation: landscape) and (max-height: 30rem)');
const isLying = () => lying.matches && self === top; // what stands inside another page has no screen of its own
let resting = 0;

function useTheater() {
  $('stage').classList.toggle('theater', isLying() || document.fullscreenElement === $('stage'));
  if (isLying()) $('stage').scrollIntoView();
}

/** Show the controls, and hide them after a while if the film plays. */
function stir() {
  $('stage').classList.remove('quiet');
  clearTimeout(resting);
  resting = setTimeout(() => $('stage').classList.toggle('quiet', film.playing), IDLE);
}

for (const event of ['pointermove', 'pointerdown', 'keydown']) $('stage').addEventListener(event, stir);
on('rest', stir);
document.addEventListener('fullscreenchange', useTheater);
lying.addEventListener('change', useTheater);
useTheater();
