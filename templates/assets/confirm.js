// Presses the button of this page when somebody has looked at it for three seconds. Nothing is loaded from elsewhere.
(() => {
  "use strict";
  const SECONDS = 3;
  const form = document.querySelector("form.act");
  const note = document.querySelector("[data-counting]");
  const stop = document.querySelector("[data-stop]");
  if (!form || !note || !stop) return;
  let timer;
  let isOver = false;

  const press = () => {
    isOver = true;
    form.elements.by.value = "script";
    form.submit();
  };

  // Begins anew whenever the page comes to the front: what nobody sees is not agreed to.
  const count = () => {
    clearTimeout(timer);
    if (!isOver && document.visibilityState === "visible") timer = setTimeout(press, SECONDS * 1000);
  };

  const end = () => {
    isOver = true;
    clearTimeout(timer);
    note.hidden = true;
    stop.hidden = true;
  };

  // A person's press, also after one of ours that did not get through.
  form.addEventListener("submit", () => {
    form.elements.by.value = "";
    end();
  });
  stop.addEventListener("click", () => {
    end();
    form.querySelector("button").focus();
  });
  document.addEventListener("visibilitychange", count);
  window.addEventListener("pagehide", () => clearTimeout(timer));
  note.hidden = false;
  stop.hidden = false;
  count();
})();
