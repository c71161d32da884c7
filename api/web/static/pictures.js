// Pictures of a list are fetched when they are nearly on the screen: browsers' own lazy loading begins far below it.

const NEARLY = "100px 0px";
const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    target.src = target.dataset.src;
  }
}, { rootMargin: NEARLY });

/** Watches over the pictures in an element that have no source yet. */
export function watch(element) {
  for (const picture of element.querySelectorAll("img[data-src]:not([src])")) watcher.observe(picture);
}
