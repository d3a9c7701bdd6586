import type { Page } from "playwright-core";

/** Returns what keeps users from using the page as it is shown now, one sentence each. @see WCAG 2.2, level AA */
export function findBarriers(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const barriers: string[] = [];
    const all = [...document.body.querySelectorAll<HTMLElement>("*")].filter(
      (element) => element.offsetParent !== null,
    );
    const nameOf = (element: Element): string => element.outerHTML.slice(0, 80);

    function luminance(colour: string): number {
      const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
      const linear = [red, green, blue].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
    }

    function background(element: Element | null): string {
      const colour = element === null ? "rgb(255, 255, 255)" : getComputedStyle(element).backgroundColor;
      return colour === "rgba(0, 0, 0, 0)" ? background(element?.parentElement ?? null) : colour;
    }

    for (const element of all) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== "");
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(background(element))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (hasText && contrast < 4.5) {
        barriers.push(`contrast ${contrast.toFixed(2)}: ${nameOf(element)}`);
      }
    }
    for (const field of document.querySelectorAll<HTMLInputElement>("input:not([type=hidden])")) {
      if ([...(field.labels ?? [])].every((label) => label.textContent?.trim() === "")) {
        barriers.push(`no label: ${nameOf(field)}`);
      }
      const description = field.getAttribute("aria-describedby");
      if (description !== null && document.getElementById(description) === null) {
        barriers.push(`no description: ${nameOf(field)}`);
      }
    }
    for (const target of document.querySelectorAll("button, a, summary, input:not([type=hidden])")) {
      const { width, height } = target.getBoundingClientRect();
      if (target.tagName !== "INPUT" && target.textContent?.trim() === "") {
        barriers.push(`no name: ${nameOf(target)}`);
      }
      if (Math.min(width, height) < 20) {
        barriers.push(`too small a target, ${Math.round(width)} by ${Math.round(height)}: ${nameOf(target)}`);
      }
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    if (new Set(ids).size < ids.length) {
      barriers.push(`an id is used twice: ${ids.join(", ")}`);
    }
    if (document.documentElement.lang === "" || document.title === "") {
      barriers.push("no language or no title");
    }
    if (document.querySelectorAll("h1").length !== 1 || document.querySelectorAll("main").length !== 1) {
      barriers.push("not one heading and one main part");
    }
    if (document.documentElement.scrollWidth > window.innerWidth) {
      barriers.push(`wider than the window by ${document.documentElement.scrollWidth - window.innerWidth} pixels`);
    }
    return barriers;
  });
}
