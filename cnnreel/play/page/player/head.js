// Before anything is drawn, so that nothing moves afterwards.
if (self.DecompressionStream) document.documentElement.classList.add('js');
try {
  const theme = localStorage.getItem('cnnreel-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* a page from a file may not be allowed to remember */ }
// Asked for now, the fonts are there before the first line is drawn with another.
for (const weight of [400, 600]) document.fonts.load(`${weight} 1em "Cnnreel Sans"`).catch(() => {});
