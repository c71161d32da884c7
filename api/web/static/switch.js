// On a phone: map or list, each found again where it was left.

const bar = document.querySelector(".switch");
const links = [...bar.querySelectorAll("a")];
const left = new Map();

/** Which part is on the screen is marked; a press goes to the other one, to where its reader was. */
export function switching() {
  const parts = links.map((link) => document.querySelector(link.hash));
  let current = 0;
  const mark = () => links.forEach((link, index) => {
    if (index === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  new IntersectionObserver(([entry]) => {
    current = entry.isIntersecting ? 1 : 0;
    mark();
  }, { rootMargin: "0px 0px -50%" }).observe(parts[1]); // the list is looked at once it has reached the middle
  mark();
  links.forEach((link, index) => link.addEventListener("click", (event) => {
    event.preventDefault();
    if (index !== current) left.set(current, window.scrollY);
    const start = parts[index].getBoundingClientRect().top + window.scrollY;
    window.scrollTo({ top: index === 1 ? Math.max(left.get(1) ?? 0, start) : left.get(0) ?? start });
    parts[index].focus({ preventScroll: true });
  }));
}
