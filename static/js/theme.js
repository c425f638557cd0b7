// Sets the reader's choice of colours before the first paint, so that nothing flashes. A classic script on purpose: modules run too late.
try {
  const choice = localStorage.getItem("colours");
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
} catch { /* Without storage the device decides. */ }
