// The menu of files closes as menus do.

const menu = $('downloads');

menu?.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
document.addEventListener('click', ({ target }) => {
  if (menu && !menu.querySelector('summary').contains(target)) menu.open = false;
});
