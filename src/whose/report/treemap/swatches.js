// What each owner looks like: a colour that colour-blind people tell apart (Okabe and Ito), and a texture besides.

const COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#8aa4d6", "#c9a27a"];
const TEXTURES = [
  "",
  '<circle cx="4" cy="4" r="1.4"/>',
  '<path d="M0 4H8"/>',
  '<path d="M4 0V8"/>',
  '<path d="M0 8L8 0M-1 1L1 -1M7 9L9 7"/>',
  '<path d="M4 0V8M0 4H8"/>',
  '<path d="M0 6L4 2L8 6"/>',
  '<path d="M2 2h4v4h-4z"/>',
  '<path d="M0 2H3M4 6H8"/>',
];

/** Return the SVG definitions of the fills of all owners. */
function definitions(owners) {
  const made = [
    // Nobody: the stripes that stand before a hole in the road.
    '<pattern id="fill0" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="12" height="12" fill="#fff"/><rect width="6" height="12" fill="#d40000"/></pattern>',
    '<pattern id="fill1" width="8" height="8" patternUnits="userSpaceOnUse">' +
      '<rect width="8" height="8" fill="#d9d9d9"/><circle cx="2" cy="2" r="0.9" fill="#8a8a8a"/>' +
      '<circle cx="6" cy="6" r="0.9" fill="#8a8a8a"/></pattern>',
  ];
  for (let number = 2; number < owners.length; number += 1) {
    const colour = COLOURS[(number - 2) % COLOURS.length];
    const texture = TEXTURES[(number - 2) % TEXTURES.length];
    made.push(`<pattern id="fill${number}" width="8" height="8" patternUnits="userSpaceOnUse">` +
      `<rect width="8" height="8" fill="${colour}"/>` +
      `<g fill="none" stroke="#000" stroke-opacity=".38" stroke-width="1.1">${texture}</g></pattern>`);
  }
  return `<defs>${made.join("")}</defs>`;
}

function badge(number) {
  return number === 0 ? "!" : number === 1 ? "-" : String(number - 1);
}
