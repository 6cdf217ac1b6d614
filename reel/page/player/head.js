// Before anything is drawn, so that nothing moves afterwards.
document.documentElement.classList.add('js');
try {
  const theme = localStorage.getItem('cnnreel-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* a page from a file may not be allowed to remember */ }
