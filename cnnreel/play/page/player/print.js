// The handout: its pictures are loaded when it is wanted, and it is printed when they are there.

async function loadPictures() {
  for (const picture of pictures) picture.loading = 'eager';
  await Promise.allSettled(pictures.map((picture) => picture.decode()));
}

$('print').addEventListener('click', async () => {
  await loadPictures();
  window.print();
});
addEventListener('beforeprint', loadPictures);
