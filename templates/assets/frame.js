// Tells the page around the frame how high the box is, whenever that changes. The page checks from where it comes.
(() => {
  "use strict";
  const tell = () => parent.postMessage({ type: "set-height", height: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
})();
