"""A look at a page in forced colours (contrast themes of Windows), where backgrounds and shadows fall away.

No other engine shows what gets lost there, so the page is asked what it draws: anything chosen, current or pressed must
differ from the rest by more than font weight, and drawings must stand out from their background.
"""

from playwright.sync_api import Page

TEXT = 4.5
SHAPE = 3.0
"""Least contrast of text, and of what carries a meaning, to its ground (WCAG 2.2, 1.4.3 and 1.4.11)."""

LOOK = """
([text, shape]) => {
  const faults = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // Any CSS colour as [red, green, blue, alpha].
  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }
  function luminance(colour) {
    const [red, green, blue] = rgba(colour).slice(0, 3).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }
  // The first ground under an element that is not transparent.
  function ground(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgba(colour)[3] > 0) return colour;
    }
    return "Canvas";
  }
  // What is seen of a box besides its letters: each edge, the outline and the ground, where they stand out.
  function seen(element, pseudo) {
    const style = getComputedStyle(element, pseudo);
    if (pseudo && (style.content === "none" || Number(style.opacity) === 0)) return "";
    const under = ground(pseudo ? element : element.parentElement ?? element);
    const drawn = (width, line, colour) =>
      parseFloat(width) > 0 && line !== "none" && rgba(colour)[3] > 0 && contrast(colour, under) >= shape
        ? `${width} ${line} ${colour}` : "";
    const edges = ["Top", "Right", "Bottom", "Left"].map((side) =>
      drawn(style[`border${side}Width`], style[`border${side}Style`], style[`border${side}Color`]));
    const fill = rgba(style.backgroundColor)[3] > 0 && contrast(style.backgroundColor, under) >= shape
      ? style.backgroundColor : "";
    return [...edges, drawn(style.outlineWidth, style.outlineStyle, style.outlineColor), fill].join("|");
  }
  const words = (element) => element.outerHTML.slice(0, 120);

  // A choice: chosen and not.
  for (const group of document.querySelectorAll(".choices")) {
    const input = group.querySelector("input:not(:checked)") ?? group.querySelector("input");
    const mark = () => seen(input.labels[0], "::after");
    const before = group.querySelector(":checked");
    input.checked = true;
    const chosen = mark();
    input.checked = false;
    const differs = chosen.replaceAll("|", "") !== "" && chosen !== mark();
    if (before) before.checked = true;
    if (!differs) faults.push(`no mark on what is chosen: ${words(input)}`);
  }

  // The current place among others, and the button that is pressed.
  for (const one of document.querySelectorAll("nav [aria-current], .toc [aria-current], [aria-pressed=true]")) {
    const around = one.closest("nav, ol, ul, form");
    const others = [...around.querySelectorAll(one.tagName)].filter((other) =>
      other !== one && !other.hasAttribute("aria-current") && other.getAttribute("aria-pressed") !== "true");
    if (others.some((other) => seen(other) === seen(one))) faults.push(`not told from the others: ${words(one)}`);
  }

  // Drawings that carry figures: their words, and the shapes with a meaning.
  const shapes = ".b-low, .b-high, .b-done, .b-going, .b-late, .s-me, .s-cty, .d-a, .ax, .p-on, .steps .is-done";
  for (const drawing of document.querySelectorAll("svg[role=img], .key svg, svg.share, ol.steps")) {
    const under = ground(drawing);
    for (const one of drawing.querySelectorAll("text")) {
      const before = one.previousElementSibling;
      const on = /(^| )tx-/.test(one.getAttribute("class")) || before?.matches(".p-core")
        ? getComputedStyle(before).fill : under;
      const ratio = contrast(getComputedStyle(one).fill, on);
      if (ratio < text) faults.push(`text of ${ratio.toFixed(2)}: ${words(one)}`);
    }
    for (const one of drawing.querySelectorAll(shapes)) {
      const style = getComputedStyle(one);
      const colours = drawing.tagName === "OL" ? [style.backgroundColor] : [style.fill, style.stroke];
      const ratio = Math.max(...colours.filter((colour) => colour !== "none").map((colour) => contrast(colour, under)));
      if (ratio < shape) faults.push(`shape of ${ratio.toFixed(2)}: ${words(one)}`);
    }
  }

  // Icons: a sign cut out of a filled one.
  for (const cut of document.querySelectorAll(".ico .cut")) {
    const icon = cut.closest("svg");
    const ratio = contrast(getComputedStyle(cut).stroke, getComputedStyle(icon).color);
    if (ratio < shape) faults.push(`a sign is lost: ${words(icon)}`);
  }
  return [...new Set(faults)];
}
"""


def forced_faults(tab: Page) -> list[str]:
    """What gets lost where the page is shown in forced colours, in its light or dark palette as it is now."""
    tab.emulate_media(forced_colors="active")
    try:
        return [f"forced colours: {fault}" for fault in tab.evaluate(LOOK, [TEXT, SHAPE])]
    finally:
        tab.emulate_media(forced_colors="none")
