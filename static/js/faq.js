// Opens the question that the address names, and all questions for printing.
export function enhance() {
  if (document.documentElement.dataset.faq !== undefined) return;
  document.documentElement.dataset.faq = "";
  const open = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const question = id && document.getElementById(id)?.closest("details");
    if (question && !question.open) {
      question.open = true;
      question.scrollIntoView();
    }
  };
  open();
  addEventListener("hashchange", open);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details[data-question]:not([open])")];
    for (const question of closed) question.open = true;
  });
  addEventListener("afterprint", () => { for (const question of closed) question.open = false; });
}
