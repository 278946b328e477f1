// Solves the riddle of this page's form (ALTCHA, version 1 of the protocol) and sends the form. Nothing is loaded from elsewhere.
(() => {
  "use strict";
  const form = document.querySelector("form[data-challenge]");
  if (!form) return;
  const riddle = JSON.parse(form.dataset.challenge);
  const subtle = window.crypto && window.crypto.subtle;
  const encoder = new TextEncoder();
  const hex = (hash) => Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const STEP = 256;

  const fail = () => {
    document.querySelector("[data-working]").hidden = true;
    document.querySelector("[data-failed]").hidden = false;
  };

  const solve = async () => {
    for (let first = 0; first <= riddle.maxnumber; first += STEP) {
      const numbers = Array.from({ length: STEP }, (_, index) => first + index);
      const hashes = await Promise.all(
        numbers.map((number) => subtle.digest("SHA-256", encoder.encode(riddle.salt + number))),
      );
      const found = hashes.findIndex((hash) => hex(hash) === riddle.challenge);
      if (found >= 0) return first + found;
    }
    throw new Error("the riddle has no answer");
  };

  document.querySelector("[data-working]").hidden = false;
  // Browsers hash only on pages that came by HTTPS, or from the same machine.
  if (!subtle) {
    fail();
    return;
  }
  const began = performance.now();
  solve()
    .then((number) => {
      const { algorithm, challenge, salt, signature } = riddle;
      const took = Math.round(performance.now() - began);
      form.elements.altcha.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took }));
      form.submit();
    })
    .catch(fail);
})();
