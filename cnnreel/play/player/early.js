// Before anything of a page is drawn: the colours that were chosen last.
try {
  const theme = localStorage.getItem('cnnreel-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* a browser, or a page from a file, may not be allowed to remember */ }
