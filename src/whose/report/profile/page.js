const boxes = [...document.querySelectorAll(".box")].map((element) => ({
  element,
  x: Number(element.dataset.x),
  width: Number(element.dataset.w),
  level: Number(element.dataset.y),
  name: element.querySelector("title").textContent.split("\n")[0],
}));

/** Show one box over the whole width: what stands on it, and, dimmed, what it stands on. */
function zoom(to) {
  const scale = 1200 / to.width;
  for (const box of boxes) {
    const inside = box.x >= to.x - 0.01 && box.x + box.width <= to.x + to.width + 0.01 && box.level >= to.level;
    const below = box.level < to.level && box.x <= to.x + 0.01 && box.x + box.width >= to.x + to.width - 0.01;
    box.element.style.display = inside || below ? "" : "none";
    if (!inside && !below) continue;
    const x = below ? 0 : (box.x - to.x) * scale;
    const width = below ? 1200 : box.width * scale;
    box.element.querySelector("rect").setAttribute("x", x);
    box.element.querySelector("rect").setAttribute("width", width);
    const text = box.element.querySelector("text");
    const letters = Math.floor((width - 6) / 6.6);
    text.setAttribute("x", x + 3);
    text.textContent = box.name.length <= letters ? box.name : letters > 3 ? box.name.slice(0, letters - 1) + "…" : "";
  }
}
for (const box of boxes) box.element.addEventListener("click", () => zoom(box));

let chosen = null;
for (const row of document.querySelectorAll("tbody tr")) {
  row.addEventListener("click", () => {
    chosen = chosen === row ? null : row;
    for (const other of document.querySelectorAll("tbody tr")) other.setAttribute("aria-selected", String(other === chosen));
    for (const box of boxes) {
      box.element.classList.toggle("faded", chosen !== null && !box.element.classList.contains(chosen.dataset.owner));
    }
  });
}
