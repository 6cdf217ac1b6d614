// What the page tells a learning platform (SCORM 1.2): how far the learner came, and how the questions went.
(() => {
  'use strict';
  const HIGHEST = 12; // frames that the platform may lie above this one

  function find(from) {
    let one = from;
    try {
      for (let step = 0; step < HIGHEST && one; step += 1) {
        if (one.API) return one.API;
        if (one.parent === one) break;
        one = one.parent;
      }
    } catch { /* a frame of another site */ }
    return null;
  }

  const api = find(window) ?? (window.opener ? find(window.opener) : null);
  if (!api || String(api.LMSInitialize('')) !== 'true') return;
  const begun = Date.now();
  const set = (name, value) => api.LMSSetValue(`cmi.core.${name}`, String(value));

  function duration(seconds) {
    const two = (number) => String(Math.floor(number)).padStart(2, '0');
    return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  const before = api.LMSGetValue('cmi.core.lesson_status');
  let best = Number(api.LMSGetValue('cmi.core.score.raw')); // of earlier visits: a later one takes nothing away
  if (!['completed', 'passed', 'failed'].includes(before)) {
    set('lesson_status', 'incomplete');
    api.LMSCommit('');
  }

  document.addEventListener('cnnreel:answer', ({ detail: { right, count } }) => {
    set('score.min', 0);
    set('score.max', 100);
    best = Math.max(best, Math.round((100 * right) / count));
    set('score.raw', best);
    api.LMSCommit('');
  });
  document.addEventListener('cnnreel:end', () => {
    if (!['passed', 'failed'].includes(before)) set('lesson_status', 'completed');
    api.LMSCommit('');
  });
  addEventListener('pagehide', () => {
    set('session_time', duration((Date.now() - begun) / 1000));
    api.LMSFinish('');
  }, { once: true });
})();
