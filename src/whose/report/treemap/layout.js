"use strict";
// Where each rectangle of a treemap lies: squarified (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).

/** Give every node its amounts: files, lines, and how much of each every owner has. */
function measured(node, parent) {
  const [name, second, owner] = node;
  const made = { name, parent, files: 0, lines: 0, owners: new Map(), children: null };
  if (Array.isArray(second)) {
    made.children = second.map((child) => measured(child, made));
    for (const child of made.children) {
      made.files += child.files;
      made.lines += child.lines;
      for (const [key, [files, lines]] of child.owners) {
        const [f, l] = made.owners.get(key) || [0, 0];
        made.owners.set(key, [f + files, l + lines]);
      }
    }
  } else {
    made.files = 1;
    made.lines = second;
    made.owners.set(owner, [1, second]);
  }
  return made;
}

/** Return [node, x, y, width, height] for each node, filling a rectangle; area is by weight. */
function squarified(nodes, weight, x, y, width, height) {
  const sorted = nodes.map((node) => [node, weight(node)]).filter(([, w]) => w > 0).sort((a, b) => b[1] - a[1]);
  let left = sorted.reduce((sum, [, w]) => sum + w, 0);
  const placed = [];
  let start = 0;
  while (start < sorted.length && width > 0 && height > 0) {
    const short = Math.min(width, height);
    const scale = (width * height) / left;
    let end = start, sum = 0, worst = Infinity;
    while (end < sorted.length) {
      const next = sum + sorted[end][1];
      const side = (next * scale) / short;
      const ratio = Math.max((sorted[start][1] * scale) / side / side, side / ((sorted[end][1] * scale) / side));
      if (ratio > worst) break;
      worst = ratio;
      sum = next;
      end += 1;
    }
    const thick = (sum * scale) / short;
    let at = 0;
    for (let i = start; i < end; i += 1) {
      const long = (sorted[i][1] / sum) * short;
      placed.push(width >= height
        ? [sorted[i][0], x, y + at, thick, long]
        : [sorted[i][0], x + at, y, long, thick]);
      at += long;
    }
    if (width >= height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
    left -= sum;
    start = end;
  }
  return placed;
}
