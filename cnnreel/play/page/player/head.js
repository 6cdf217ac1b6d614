// Before anything is drawn, so that nothing moves afterwards.
if (self.DecompressionStream) document.documentElement.classList.add('js');
// Asked for now, the fonts are there before the first line is drawn with another.
for (const weight of [400, 600]) document.fonts.load(`${weight} 1em "Cnnreel Sans"`).catch(() => {});
