// The page: draws the folder that is looked at, and follows clicks, keys and the address.

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = measured(data.root, null);
  const svg = document.getElementById("map");
  const said = document.getElementById("said");
  const words = ["no owner", "unowned on purpose", ...data.owners.slice(2)];
  const format = new Intl.NumberFormat("en");
  const HEAD = 17, GAP = 2, SMALLEST = 7;
  let here = root, measure = "lines", picked = null;
  // Three layers: the folders' frames, what each owner has, and above these the cells with their names.
  let rims, cells, areas;

  const weight = (node) => (measure === "lines" ? Math.max(node.lines, 1) : node.files);
  const amount = (node, owner) => (node.owners.get(owner) || [0, 0])[measure === "lines" ? 1 : 0];

  function pathOf(node) {
    const steps = [];
    for (let at = node; at.parent; at = at.parent) steps.unshift(at.name);
    return steps.join("/") + (node.children && node.parent ? "/" : "");
  }

  /** The owner of most of a folder; a gap is never outvoted into invisibility: its share is drawn as a strip. */
  function ownersBySize(node) {
    return [...node.owners.keys()].sort((a, b) => amount(node, b) - amount(node, a) || a - b);
  }

  function described(node) {
    const owners = ownersBySize(node);
    const total = owners.reduce((sum, owner) => sum + amount(node, owner), 0) || 1;
    const shares = owners.slice(0, 4).map((owner) => owners.length === 1
      ? words[owner] : `${words[owner]} ${Math.round((100 * amount(node, owner)) / total)}%`);
    if (owners.length > 4) shares.push(`${owners.length - 4} more`);
    const count = node.children ? `${format.format(node.files)} files, ` : "";
    return `${pathOf(node) || "the repository"}: ${shares.join(", ")} (${count}${format.format(node.lines)} lines)`;
  }

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    parent.appendChild(made);
    return made;
  }

  // Measuring every text would take longer than drawing it; bold letters are wider.
  const letter = (className) => (className === "name" || className === "heading" ? 7 : 6.3);
  const fits = (text, room, className) => text.length * letter(className) <= room;

  function label(parent, text, x, y, room, className) {
    const most = Math.floor(room / letter(className));
    const shown = fits(text, room, className) ? text : most >= 5 ? `${text.slice(0, most - 1)}…` : "";
    if (shown) element("text", { x, y, class: className }, parent).textContent = shown;
  }

  function faded(owner) {
    return picked !== null && owner !== picked ? " faded" : "";
  }

  function area(owner, x, y, w, h) {
    // One path an owner, however many cells: a pattern that is painted a thousand times makes a huge file of a print.
    const round = (value) => Math.round(value * 10) / 10;
    areas[owner].push(`M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}z`);
  }

  /** A rectangle of one owner, or of several side by side where there is no room to look inside. */
  function cell(node, x, y, w, h) {
    const group = hit(cells, node, "cell");
    element("rect", { x, y, width: w, height: h, class: "edge" }, group);
    const owners = ownersBySize(node);
    const total = owners.reduce((sum, owner) => sum + Math.max(amount(node, owner), 1), 0);
    let at = 0;
    for (const owner of owners) {
      const share = Math.max(amount(node, owner), 1) / total;
      if (w >= h) area(owner, x + at, y, w * share, h);
      else area(owner, x, y + at, w, h * share);
      at += (w >= h ? w : h) * share;
    }
    const owner = owners[0], name = node.name + (node.children ? "/" : "");
    const who = owners.length > 1 ? `${owners.length} owners` : `${badge(owner)} ${words[owner]}`;
    const what = owners.length === 1 && owner === 0 ? "owner missing" : "owner";
    if (w >= 40 && h >= 32) {
      label(group, name, x + 5, y + 14, w - 8, "name");
      // A name that is cut says little; the number still tells.
      label(group, owners.length > 1 || fits(who, w - 8, what) || w > 90 ? who : badge(owner), x + 5, y + 27, w - 8, what);
    } else if (h >= 15 && fits(name, w - 6, "name")) {
      label(group, name, x + 4, y + 12, w - 6, "name");
    } else if (w >= 13 && h >= 12 && owners.length === 1) {
      element("text", { x: x + w / 2, y: y + h / 2 + 4, class: "badge" }, group).textContent = badge(owner);
    }
  }

  /** A group that answers to mouse and keyboard for a node. */
  function hit(layer, node, kind) {
    const group = element("g", { class: kind, "aria-label": described(node) }, layer);
    if (node.children) {
      group.classList.add("folder");
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "button");
    }
    element("title", {}, group).textContent = described(node);
    group.node = node;
    return group;
  }

  function draw(node, x, y, w, h, isTop) {
    if (!isTop && (!node.children || node.owners.size === 1 || w < 44 || h < 40)) {
      cell(node, x, y, w, h);
      return;
    }
    if (!isTop) {
      const group = hit(rims, node, "frame");
      element("rect", { x, y, width: w, height: h, class: "rim" }, group);
      label(group, `${node.name}/`, x + 4, y + 12.5, w - 8, "heading");
      x += GAP; y += HEAD; w -= 2 * GAP; h -= HEAD + GAP;
    }
    for (const [child, cx, cy, cw, ch] of squarified(node.children || [node], weight, x, y, w, h)) {
      // What is too small to be looked at is still drawn, without an edge, so that no area is blank.
      if (Math.min(cw, ch) < SMALLEST) area(ownersBySize(child)[0], cx, cy, cw, ch);
      else draw(child, cx + 0.5, cy + 0.5, cw - 1, ch - 1, false);
    }
  }

  function crumbs() {
    const nav = document.getElementById("crumbs");
    nav.textContent = "";
    const chain = [];
    for (let at = here; at; at = at.parent) chain.unshift(at);
    chain.forEach((node, number) => {
      const last = number === chain.length - 1;
      const made = document.createElement(last ? "span" : "a");
      made.textContent = node.parent ? node.name : "all";
      if (last) made.setAttribute("aria-current", "true");
      else made.href = `#${pathOf(node)}`;
      nav.append(number ? " / " : "", made);
    });
  }

  function redraw() {
    const box = svg.getBoundingClientRect();
    const width = Math.max(320, Math.round(box.width) || 1000), height = Math.max(300, Math.round(box.height) || 640);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.innerHTML = definitions(data.owners);
    rims = element("g", {}, svg);
    const fills = element("g", { class: "fills" }, svg);
    cells = element("g", {}, svg);
    areas = data.owners.map(() => []);
    draw(here, 0, 0, width, height, true);
    areas.forEach((parts, owner) => {
      if (parts.length) element("path", { d: parts.join(""), fill: `url(#fill${owner})`, class: `area${faded(owner)}` }, fills);
    });
    crumbs();
  }

  function find(path) {
    let rest = path.replace(/\/+$/, ""), node = root;
    while (rest && node.children) {
      const next = node.children.find((child) => rest === child.name || rest.startsWith(`${child.name}/`)
        || (child.children && child.name.startsWith(`${rest}/`)));
      if (!next) break;
      rest = rest.slice(next.name.length + 1);
      node = next;
    }
    return node;
  }

  function follow() {
    const node = find(decodeURIComponent(location.hash.slice(1)));
    here = node.children ? node : node.parent || root;
    redraw();
    said.textContent = described(node);
  }

  const nodeAt = (target) => { const group = target.closest(".cell, .frame"); return group ? group.node : null; };

  function enter(target) {
    // One level at a time: the folder right below the one that is looked at, so that nobody gets lost.
    let node = nodeAt(target);
    while (node && node.parent !== here) node = node.parent;
    if (node && node.children) location.hash = pathOf(node);
  }

  svg.addEventListener("click", (event) => enter(event.target));
  svg.addEventListener("mousemove", (event) => {
    const node = nodeAt(event.target);
    if (node) said.textContent = described(node);
  });
  svg.addEventListener("focusin", (event) => { if (event.target.node) said.textContent = described(event.target.node); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.node) enter(event.target);
    if (event.key === "Escape" && here.parent) location.hash = pathOf(here.parent);
  });
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", redraw);
  window.addEventListener("beforeprint", redraw);
  document.getElementById("measure").addEventListener("change", (event) => { measure = event.target.value; redraw(); });

  for (const row of document.querySelectorAll("#legend tbody tr")) {
    const number = Number(row.dataset.owner);
    row.querySelector(".swatch").innerHTML =
      `<svg width="22" height="14" aria-hidden="true"><rect width="22" height="14" fill="url(#fill${number})"/></svg>`;
    const button = row.querySelector("button");
    button.addEventListener("click", () => {
      picked = picked === number ? null : number;
      for (const other of document.querySelectorAll("#legend button")) {
        other.setAttribute("aria-pressed", String(other === button && picked !== null));
      }
      redraw();
    });
  }
  follow();
})();
