// Applies the reader's color scheme before the first paint, to avoid a flash. This is a classic script because modules run too late.
try {
  const choice = localStorage.getItem("colours");
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
} catch { /* Without storage, the system's scheme applies. */ }
