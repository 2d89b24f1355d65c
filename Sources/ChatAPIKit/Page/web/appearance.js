/* Light or dark as it was chosen here: before anything is drawn, hence no module. */

function showTheme(theme) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

try {
  showTheme(localStorage.getItem("hawk.theme"));
} catch {
  // no storage: as the system has it
}
