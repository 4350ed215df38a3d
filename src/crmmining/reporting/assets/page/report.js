"use strict";
// The variant list: search in the steps, choose by outcome. Everything else is plain HTML.
for (const box of document.querySelectorAll("[data-variants]")) {
  const rows = [...box.querySelectorAll(".variant")];
  const search = box.querySelector("input");
  const outcome = box.querySelector("select");
  const count = box.querySelector("output");
  const refresh = () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0, cases = 0;
    for (const row of rows) {
      const reached = row.dataset.reached;
      const fits = outcome.value === "all" || (outcome.value === "reached" ? reached > 0.5 : reached !== "" && reached <= 0.5);
      row.hidden = !(fits && row.dataset.steps.includes(wanted));
      if (!row.hidden) { shown += 1; cases += Number(row.dataset.n); }
    }
    count.textContent = `${shown} variants, ${cases.toLocaleString("en")} journeys`;
  };
  search.addEventListener("input", refresh);
  outcome.addEventListener("change", refresh);
  refresh();
}
document.body.dataset.ready = "yes";
